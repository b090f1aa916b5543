//! The second page of signing in: the code, for who has shown the password.

use std::sync::Arc;

use app::{error::FieldError, form::FormOutcome, model::Action, paths};
use axum::{
    Form,
    extract::{Query, Request, State},
    response::{IntoResponse, Redirect, Response},
};
use axum_extra::extract::CookieJar;
use http::{HeaderMap, StatusCode, Uri};
use secrecy::SecretString;
use serde::Deserialize;

use super::{begin, cookie, factor, half_way, return_to};
use crate::{
    audit::{Act, By, Subject},
    error::ApiError,
    pages,
    rights::{Access, Routes},
    state::Portal,
};

pub(super) fn routes(routes: Routes) -> Routes {
    routes.get(paths::SIGN_IN_CODE, Access::Anyone, page).post(paths::SIGN_IN_CODE, Access::Anyone, sign_in)
}

#[derive(Deserialize)]
struct CodeQuery {
    return_to: Option<String>,
}

async fn page(State(portal): State<Arc<Portal>>, Query(query): Query<CodeQuery>, request: Request) -> Response {
    if half_way::read(&portal, request.headers()).is_some() {
        return pages::render(&portal, request).await;
    }
    Redirect::to(&paths::sign_in_then(return_to::safe(query.return_to.as_deref()))).into_response()
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CodeForm {
    #[serde(default)]
    code: SecretString,
    return_to: Option<String>,
}

async fn sign_in(
    State(portal): State<Arc<Portal>>,
    by: By,
    jar: CookieJar,
    headers: HeaderMap,
    Form(form): Form<CodeForm>,
) -> Result<Response, ApiError> {
    let target = return_to::safe(form.return_to.as_deref());
    let start_again = || Redirect::to(&paths::sign_in_then(target)).into_response();
    let refuse = async |status, outcome| {
        let uri = Uri::try_from(paths::sign_in_code_then(target)).map_err(ApiError::internal)?;
        Ok::<_, ApiError>(pages::again(&portal, uri, status, outcome, None).await)
    };
    let Some(half_way) = half_way::read(&portal, &headers) else { return Ok(start_again()) };
    if let Err(retry_after) = portal.auth.limits.count_code(half_way.staff, portal.clock.now()) {
        let error = ApiError::SlowDown { retry_after };
        let outcome = FormOutcome { message: Some(error.to_string()), ..FormOutcome::default() };
        let mut response = refuse(error.status(), outcome).await?;
        response.headers_mut().extend(error.retry_header());
        return Ok(response);
    }
    let mut change = portal.store.write().await?;
    // The account may have changed since the password was shown.
    let account = change.account(half_way.staff).await?.filter(|account| !account.is_disabled);
    let password_hash = change.password_hash(half_way.staff).await?;
    let (Some(account), Some(_)) = (account, password_hash.filter(|hash| half_way.knows(hash))) else {
        return Ok(start_again());
    };
    let staff = account.staff;
    let Some(taken) = factor::take(&portal, &mut change, &by, &staff, &form.code).await? else {
        let act = Act::refused(Action::SignIn).to(Subject::account(staff.id)).saying("code");
        portal.record(&mut change, staff.team, &by, act).await?;
        change.commit().await?;
        tracing::info!("a sign-in was refused");
        let message = "This code is wrong, or was used already. Wait for the next one.".to_owned();
        let fields = vec![FieldError { field: "code".to_owned(), message }];
        return refuse(StatusCode::UNAUTHORIZED, FormOutcome { fields, ..FormOutcome::default() }).await;
    };
    let how = match taken {
        factor::Taken::Code => "password and code",
        factor::Taken::RecoveryCode => "password and recovery code",
    };
    let token = begin(&portal, &mut change, by, &headers, &staff, how).await?;
    change.commit().await?;
    portal.auth.limits.forgive_code(staff.id);
    tracing::info!(staff.id = %staff.id, "signed in");
    // Somebody who has none of the codes left, or few, should see that.
    let target = if taken == factor::Taken::RecoveryCode { paths::ACCOUNT } else { target };
    Ok((jar.add(cookie::signed_in(&token)).add(half_way::none()), Redirect::to(target)).into_response())
}
