//! Several [`Api`](crate::Api)s that configure one application.

use std::{
    any::Any,
    cell::RefCell,
    rc::{Rc, Weak},
};

use actix_web::dev::{AppService, HttpServiceFactory};

use crate::authorizer::in_force::ApiAuthorizer;

/// Notes that an `Api` is registered, and introduces it to those before it in the same application. No request is routed
/// to it.
pub(crate) struct Introduction(pub(crate) Rc<ApiAuthorizer>);

/// An `Api` of an application that lives.
struct Neighbour {
    /// The default service, of which an application has exactly one.
    application: Weak<dyn Any>,
    api: Rc<ApiAuthorizer>,
}

thread_local! {
    // An application is made in one thread, and tells nothing else of its own to the services that it registers.
    static NEIGHBOURS: RefCell<Vec<Neighbour>> = const { RefCell::new(Vec::new()) };
}

impl HttpServiceFactory for Introduction {
    fn register(self, config: &mut AppService) {
        // Scopes share the default service of their application, so nothing tells two of them apart.
        if !config.is_root() {
            return;
        }
        let Self(api) = self;
        let application: Rc<dyn Any> = config.default_service();
        let application = Rc::downgrade(&application);
        NEIGHBOURS.with_borrow_mut(|all| {
            all.retain(|neighbour| neighbour.application.strong_count() > 0);
            let here = all.iter().filter(|neighbour| neighbour.application.ptr_eq(&application));
            here.for_each(|neighbour| api.meet(&neighbour.api));
            all.push(Neighbour { application, api: Rc::clone(&api) });
        });
    }
}
