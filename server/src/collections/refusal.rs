//! The API's refusal of what was asked, as findings about the form's fields.

use app::{
    error::{FieldError, PortalError},
    model::field,
};
use contract::Problem;

/// Findings about the fields that the API named; `asked` are the places in the plan
/// of the signers whose sessions were asked for. The API's words stay out: whatever
/// an answer says, it is not ours to show.
pub(super) fn of(problem: &Problem, asked: &[usize]) -> PortalError {
    let mut fields: Vec<FieldError> = Vec::new();
    for param in &problem.invalid_params {
        let Some((field, what)) = named(&param.name, asked) else { continue };
        if fields.iter().all(|finding| finding.field != field) {
            let message = format!("The signing service does not take this {what}. Change it, then send again.");
            fields.push(FieldError { field, message });
        }
    }
    let mut error = PortalError::invalid(fields);
    error.message = if error.fields.is_empty() {
        "The signing service does not take this. Nothing was sent; please tell your operator.".to_owned()
    } else {
        "The signing service does not take this; nothing was sent.".to_owned()
    };
    error
}

/// The form's field that a path such as `[0].dueDate` is about.
fn named(path: &str, asked: &[usize]) -> Option<(String, &'static str)> {
    let (signer, path) = match path.strip_prefix('[').and_then(|rest| rest.split_once("].")) {
        Some((index, rest)) => (asked.get(index.parse::<usize>().ok()?)?, rest),
        // What is said of no session in particular.
        None => (asked.first().unwrap_or(&0), path),
    };
    let end = path.find(['[', '.']).unwrap_or(path.len());
    let of = |name: &str| format!("signers[{signer}].{name}");
    Some(match path.split_at(end).0 {
        "title" => (field::TITLE.to_owned(), "title"),
        "dueDate" => (field::DUE.to_owned(), "due date"),
        "documents" if asked.is_empty() => (field::DOCUMENTS.to_owned(), "choice of documents"),
        "packageTo" if asked.is_empty() => ("settings.packageTo".to_owned(), "packaging"),
        "archive" => ("settings.archive.retention".to_owned(), "archiving"),
        "signText" => (of("signText"), "consent text"),
        "ui" => (of("language"), "language"),
        "documents" => (of("parts"), "choice of documents"),
        "signatureUrlTTL" => (of("signatureUrlTTL"), "life of the link"),
        "signingSetup" => (of("signing.flow"), "way of signing"),
        "signer" => (of("person.number"), "national number"),
        "preAuthentication" => (of("preAuthentication"), "identification"),
        "redirectSettings" => (of("redirects"), "address"),
        "packageTo" => (of("packageTo"), "packaging"),
        "subsequentTo" => (of("stage"), "order"),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use contract::{Extra, InvalidParam, ProblemCode};

    use super::*;

    #[test]
    fn finds_the_field_by_its_path() {
        let fields = |names: &[&str], asked: &[usize]| {
            let problem = Problem {
                status: 400,
                title: String::new(),
                code: ProblemCode::InvalidRequestParameter,
                trace_id: None,
                detail: Some("marker".into()),
                invalid_params: names.iter().map(|name| InvalidParam::new(*name, "marker")).collect(),
                extra: Extra::new(),
            };
            let error = of(&problem, asked);
            assert!(!format!("{error:?}").contains("marker"));
            error.fields.into_iter().map(|finding| finding.field).collect::<Vec<_>>()
        };
        assert_eq!(fields(&["[0].title"], &[0]), ["title"]);
        assert_eq!(fields(&["[0].dueDate", "[0].signText"], &[2]), ["due", "signers[2].signText"]);
        assert_eq!(fields(&["documents[3].documentId"], &[]), ["documents"]);
        assert_eq!(fields(&["[1].documents[3].documentId"], &[2, 4]), ["signers[4].parts"]);
        assert_eq!(
            fields(&["[0].ui.language", "[1].ui.language"], &[0, 1]),
            ["signers[0].language", "signers[1].language"]
        );
        assert!(fields(&["[7].title", "[x].title", "extra", ""], &[0]).is_empty());
    }
}
