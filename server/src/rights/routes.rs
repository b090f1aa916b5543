//! The portal's addresses, each with what it takes to use it.

use std::sync::Arc;

use app::model::{Permission, Staff};
use axum::{
    Router,
    extract::Request,
    handler::Handler,
    middleware::{Next, from_fn, from_fn_with_state},
    response::{IntoResponse, Response},
    routing::{MethodFilter, on},
};
use http::Method;

use super::{Actor, Reach};
use crate::{audit::By, auth, error::ApiError, pages, security::limits, state::Portal};

/// What it takes to use an address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Nothing, and it is not even looked up whose request it is: what a load balancer asks.
    Machines,
    /// Nothing: what one needs before one is signed in.
    Anyone,
    /// A sign-in.
    SignedIn,
    /// A sign-in whose role has this permission.
    May(Permission),
}

/// An address and what it takes to use it.
#[derive(Debug, Clone)]
pub struct Declared {
    /// Its method.
    pub method: Method,
    /// Its path, as the router has it.
    pub path: String,
    /// What it takes.
    pub access: Access,
}

/// The portal's addresses. The only way to make one, and none is made without
/// saying what it takes to use it.
#[derive(Default)]
pub struct Routes {
    machines: Router<Arc<Portal>>,
    open: Router<Arc<Portal>>,
    guarded: Router<Arc<Portal>>,
    declared: Vec<Declared>,
}

macro_rules! method {
    ($(#[$doc:meta])* $name:ident, $filter:ident) => {
        $(#[$doc])*
        #[must_use]
        pub fn $name<T: 'static>(self, path: &str, access: Access, handler: impl Handler<T, Arc<Portal>>) -> Self {
            self.add(Method::$filter, MethodFilter::$filter, path, access, handler)
        }
    };
}

impl Routes {
    method! {
        /// An address that answers GET, and HEAD.
        get, GET
    }
    method! {
        /// An address that answers POST.
        post, POST
    }
    method! {
        /// An address that answers PUT.
        put, PUT
    }
    method! {
        /// An address that answers DELETE.
        delete, DELETE
    }

    fn add<T: 'static>(
        mut self,
        method: Method,
        filter: MethodFilter,
        path: &str,
        access: Access,
        handler: impl Handler<T, Arc<Portal>>,
    ) -> Self {
        let checked =
            on(filter, handler).route_layer(from_fn(move |request: Request, next: Next| admit(access, request, next)));
        let router = match access {
            Access::Machines => &mut self.machines,
            Access::Anyone => &mut self.open,
            Access::SignedIn | Access::May(_) => &mut self.guarded,
        };
        *router = std::mem::take(router).route(path, checked);
        self.declared.push(Declared { method, path: path.to_owned(), access });
        self
    }

    /// All of them.
    #[must_use]
    pub fn declared(&self) -> &[Declared] {
        &self.declared
    }

    /// The router. That an address is unknown, or has other methods, is told to
    /// those alone who are signed in.
    pub(crate) fn into_router(self, portal: &Arc<Portal>) -> Router<Arc<Portal>> {
        let signed_in = || from_fn(|request: Request, next: Next| admit(Access::SignedIn, request, next));
        let open = self.open.method_not_allowed_fallback(pages::method_not_allowed);
        self.guarded
            .fallback(pages::not_found.layer(signed_in()))
            .method_not_allowed_fallback(pages::method_not_allowed.layer(signed_in()))
            .layer(from_fn_with_state(Arc::clone(portal), limits::in_hand))
            .merge(open)
            .layer(from_fn_with_state(Arc::clone(portal), limits::rate))
            .layer(from_fn_with_state(Arc::clone(portal), auth::identify))
            .merge(self.machines)
    }
}

/// In the extensions of an answer: the role does not allow what was asked.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Denied;

/// Lets a request pass that has what the address takes. Handlers of addresses that
/// take a permission find an [`Actor`] in its extensions.
async fn admit(access: Access, mut request: Request, next: Next) -> Response {
    if let Access::Machines | Access::Anyone = access {
        return next.run(request).await;
    }
    let Some(staff) = request.extensions().get::<Staff>().cloned() else {
        return auth::turn_away(&request);
    };
    if let Access::May(permission) = access {
        match Reach::of(&staff, permission) {
            Ok(reach) => {
                let by = By::of(request.extensions());
                request.extensions_mut().insert(Actor { staff, reach, by })
            }
            Err(error) => {
                let mut response = ApiError::from(error).into_response();
                response.extensions_mut().insert(Denied);
                return response;
            }
        };
    }
    next.run(request).await
}
