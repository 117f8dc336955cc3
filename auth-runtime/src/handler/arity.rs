//! The constructors of a routed handler, one for each number of arguments, so that the compiler reports each type that is
//! no extractor where the type stands.

use std::panic::Location;

use actix_web::HttpRequest;

use crate::{
    handler::{
        annotation::{HandlerInfo, Route},
        argument_kind::ArgumentKind,
        arguments::Extractor,
        routed::{Responding, Routed},
    },
    policy::statement::Statement,
};

macro_rules! routed {
    ($name:ident: $($T:ident)*) => {
        /// Makes the handler with routes whose arguments have these types. The line of the caller is the handler's.
        #[track_caller]
        pub const fn $name<$($T: Extractor),*>(
            path: [&'static str; 2],
            routes: &'static [Route],
            statement: Statement,
            arguments: &'static [ArgumentKind],
            call: fn(HttpRequest, ($($T,)*)) -> Responding,
        ) -> Routed<($($T,)*)> {
            Routed::new(HandlerInfo::new(statement, arguments, Location::caller()), path, routes, call)
        }
    };
}

routed!(routed0:);
routed!(routed1: A);
routed!(routed2: A B);
routed!(routed3: A B C);
routed!(routed4: A B C D);
routed!(routed5: A B C D E);
routed!(routed6: A B C D E F);
routed!(routed7: A B C D E F G);
routed!(routed8: A B C D E F G H);
routed!(routed9: A B C D E F G H I);
routed!(routed10: A B C D E F G H I J);
routed!(routed11: A B C D E F G H I J K);
routed!(routed12: A B C D E F G H I J K L);
routed!(routed13: A B C D E F G H I J K L M);
routed!(routed14: A B C D E F G H I J K L M N);
routed!(routed15: A B C D E F G H I J K L M N O);
routed!(routed16: A B C D E F G H I J K L M N O P);
