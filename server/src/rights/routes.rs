//! The portal's addresses, each with what it takes to use it.

use std::{pin::Pin, sync::Arc};

use app::{
    error::PortalError,
    model::{Permission, Staff},
};
use axum::{
    Router,
    extract::Request,
    handler::Handler,
    middleware::from_fn_with_state,
    response::{IntoResponse, Response},
    routing::{MethodFilter, on},
};
use axum_extra::extract::CookieJar;
use http::Method;

use super::{Actor, Agent, Reach};
use crate::{
    audit::By,
    auth,
    error::ApiError,
    keys::{self, Program},
    pages,
    security::limits,
    state::Portal,
};

/// What it takes to use an address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Nothing, and it is not even looked up whose request it is: what a load balancer asks.
    Machines,
    /// Nothing: what one needs before one is signed in.
    Anyone,
    /// A sign-in, also of somebody who still has to set up a second factor: what is
    /// about nobody but themselves.
    SignedIn,
    /// The same, whose owner has just shown who they are.
    SignedInFresh,
    /// A sign-in whose role has this permission.
    May(Permission),
    /// An API key whose role has this permission. For programs; cookies do not count.
    Key(Permission),
    /// The same, whose owner has just shown who they are: within the last five minutes,
    /// by signing in or by confirming it. A form that comes too late is asked for that
    /// and goes on, a script gets 403 with the kind `step_up_required`.
    MayFresh(Permission),
}

impl Access {
    /// The permission that a sign-in needs for it, if any.
    #[must_use]
    pub const fn permission(self) -> Option<Permission> {
        match self {
            Self::May(permission) | Self::MayFresh(permission) => Some(permission),
            Self::Machines | Self::Anyone | Self::SignedIn | Self::SignedInFresh | Self::Key(_) => None,
        }
    }

    const fn is_fresh(self) -> bool {
        matches!(self, Self::SignedInFresh | Self::MayFresh(_))
    }
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
    keyed: Router<Arc<Portal>>,
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
        let checked = on(filter, Checked { access, handler });
        let router = match access {
            Access::Machines => &mut self.machines,
            Access::Anyone => &mut self.open,
            Access::Key(_) => &mut self.keyed,
            _ => &mut self.guarded,
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
        let open = self.open.method_not_allowed_fallback(pages::method_not_allowed);
        let keyed = self
            .keyed
            .route_layer(from_fn_with_state(Arc::clone(portal), limits::in_hand))
            .route_layer(from_fn_with_state(Arc::clone(portal), keys::identify))
            .method_not_allowed_fallback(pages::method_not_allowed);
        self.guarded
            .fallback(Checked { access: Access::SignedIn, handler: pages::not_found })
            .method_not_allowed_fallback(Checked { access: Access::SignedIn, handler: pages::method_not_allowed })
            .layer(from_fn_with_state(Arc::clone(portal), limits::in_hand))
            .merge(open)
            .layer(from_fn_with_state(Arc::clone(portal), limits::rate))
            .layer(from_fn_with_state(Arc::clone(portal), auth::identify))
            .merge(self.machines)
            .merge(keyed)
    }
}

/// In the extensions of an answer: the role does not allow what was asked.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Denied;

/// A handler that is asked only for requests that have what its address takes.
#[derive(Clone)]
struct Checked<H> {
    access: Access,
    handler: H,
}

impl<T: 'static, H: Handler<T, Arc<Portal>>> Handler<T, Arc<Portal>> for Checked<H> {
    type Future = Pin<Box<dyn Future<Output = Response> + Send>>;

    fn call(self, request: Request, portal: Arc<Portal>) -> Self::Future {
        let Self { access, handler } = self;
        Box::pin(async move {
            let (request, token) = match admit(access, &portal, request).await {
                Ok(admitted) => admitted,
                Err(refused) => return refused,
            };
            let response = handler.call(request, portal).await;
            match token {
                Some(token) => (CookieJar::new().add(auth::signed_in(&token)), response).into_response(),
                None => response,
            }
        })
    }
}

/// Lets a request pass that has what the address takes. Handlers of addresses that
/// take a permission find an [`Actor`] in its extensions.
async fn admit(access: Access, portal: &Arc<Portal>, request: Request) -> Result<auth::Proven, Response> {
    if let Access::Machines | Access::Anyone = access {
        return Ok((request, None));
    }
    if let Access::Key(permission) = access {
        return admit_program(permission, request).map_err(denied);
    }
    let Some(staff) = request.extensions().get::<Staff>().cloned() else {
        return Err(auth::turn_away(&request));
    };
    let reach = access.permission().map(|permission| Reach::of(&staff, permission)).transpose().map_err(denied)?;
    let lacks_factor = request.extensions().get().is_none_or(|standing: &auth::Standing| standing.lacks_factor);
    if reach.is_some() && lacks_factor {
        return Err(auth::send_to_factor(&request));
    }
    let (mut request, token) = if access.is_fresh() { auth::demand(portal, request).await? } else { (request, None) };
    if let Some(reach) = reach {
        let by = By::of(request.extensions());
        request.extensions_mut().insert(Actor { staff, reach, by });
    }
    Ok((request, token))
}

/// Lets a program's request pass; the key was looked up before.
fn admit_program(permission: Permission, mut request: Request) -> Result<auth::Proven, PortalError> {
    let Some(program) = request.extensions().get::<Program>().cloned() else {
        return Err(PortalError::unauthenticated());
    };
    let reach = Reach::of_program(&program, permission)?;
    let by = By::of(request.extensions());
    request.extensions_mut().insert(Agent { program, reach, by });
    Ok((request, None))
}

fn denied(error: PortalError) -> Response {
    let mut response = ApiError::from(error).into_response();
    response.extensions_mut().insert(Denied);
    response
}
