//! The API's refusal of a session, as findings about the form's fields.

use app::{
    error::{FieldError, PortalError},
    model::field,
};
use contract::Problem;

/// Findings about the fields that the API named. Its words stay out: whatever an
/// answer says, it is not ours to show.
pub(super) fn of(problem: &Problem) -> PortalError {
    let mut fields: Vec<FieldError> = Vec::new();
    for param in &problem.invalid_params {
        let Some((field, what)) = named(&param.name) else { continue };
        if fields.iter().all(|finding| finding.field != field) {
            let message = format!("The signing service does not take this {what}. Change it, then send again.");
            fields.push(FieldError { field: field.to_owned(), message });
        }
    }
    let mut error = PortalError::invalid(fields);
    error.message = if error.fields.is_empty() {
        "The signing service does not take this session. Please tell your operator.".to_owned()
    } else {
        "The signing service does not take this session; nothing was sent.".to_owned()
    };
    error
}

/// The form's field that a path such as `[0].dueDate` is about.
fn named(path: &str) -> Option<(&'static str, &'static str)> {
    let path = path.strip_prefix("[0].").unwrap_or(path);
    let end = path.find(['[', '.']).unwrap_or(path.len());
    Some(match path.split_at(end).0 {
        "title" => (field::TITLE, "title"),
        "signText" => (field::SIGN_TEXT, "consent text"),
        "dueDate" => (field::DUE, "due date"),
        "ui" => (field::LANGUAGE, "language"),
        "documents" => (field::DOCUMENTS, "choice of documents"),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use contract::{Extra, InvalidParam, ProblemCode};

    use super::*;

    #[test]
    fn finds_the_field_by_its_path() {
        let fields = |names: &[&str]| {
            let problem = Problem {
                status: 400,
                title: String::new(),
                code: ProblemCode::InvalidRequestParameter,
                trace_id: None,
                detail: Some("marker".into()),
                invalid_params: names.iter().map(|name| InvalidParam::new(*name, "marker")).collect(),
                extra: Extra::new(),
            };
            let error = of(&problem);
            assert!(!format!("{error:?}").contains("marker"));
            error.fields.into_iter().map(|finding| finding.field).collect::<Vec<_>>()
        };
        assert_eq!(fields(&["[0].title"]), ["title"]);
        assert_eq!(fields(&["[0].dueDate", "[0].signText"]), ["due", "signText"]);
        assert_eq!(fields(&["documents", "[0].documents[3].documentId"]), ["documents"]);
        assert_eq!(fields(&["[0].ui.language"]), ["language"]);
        assert!(fields(&["[0].signingSetup", ""]).is_empty());
    }
}
