//! The types of a handler's arguments, one by one, so that the compiler reports each type that is no extractor where the
//! type stands.

use std::marker::PhantomData;

use crate::handler::arguments::{Arguments, Extractor};

/// The arguments of a handler as one tuple.
pub trait Signature {
    /// The tuple.
    type Arguments: Arguments;
}

/// The signature of a handler without arguments.
impl Signature for () {
    type Arguments = ();
}

macro_rules! takes {
    ($Takes:ident $Signature:ident: $($T:ident)+) => {
        /// An annotation of a handler with this many arguments. The compiler checks each type by itself, and takes all of
        /// them to be extractors from then on.
        pub trait $Takes: 'static {
            $(
                /// The type of one argument.
                type $T: Extractor;
            )+
        }

        /// The signature of the handler with the annotation `A`.
        #[derive(Debug)]
        pub struct $Signature<Annotation>(PhantomData<Annotation>);

        impl<Annotation: $Takes> Signature for $Signature<Annotation> {
            type Arguments = ($(Annotation::$T,)+);
        }
    };
}

takes!(Takes1 Signature1: A);
takes!(Takes2 Signature2: A B);
takes!(Takes3 Signature3: A B C);
takes!(Takes4 Signature4: A B C D);
takes!(Takes5 Signature5: A B C D E);
takes!(Takes6 Signature6: A B C D E F);
takes!(Takes7 Signature7: A B C D E F G);
takes!(Takes8 Signature8: A B C D E F G H);
takes!(Takes9 Signature9: A B C D E F G H I);
takes!(Takes10 Signature10: A B C D E F G H I J);
takes!(Takes11 Signature11: A B C D E F G H I J K);
takes!(Takes12 Signature12: A B C D E F G H I J K L);
takes!(Takes13 Signature13: A B C D E F G H I J K L M);
takes!(Takes14 Signature14: A B C D E F G H I J K L M N);
takes!(Takes15 Signature15: A B C D E F G H I J K L M N O);
takes!(Takes16 Signature16: A B C D E F G H I J K L M N O P);
