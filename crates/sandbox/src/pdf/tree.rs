//! The walk over the pages, which skips nothing.

use std::collections::HashSet;

use lopdf::{Dictionary, Document, Object, ObjectId, xref::XrefEntry};

use super::{PAGES_MAX, PdfRefusal, open::value};

/// All pages in order, each complete.
pub(super) fn pages(doc: &Document, catalog: &Dictionary) -> Result<Vec<ObjectId>, PdfRefusal> {
    let root = catalog.get(b"Pages").map_err(|_| PdfRefusal::NoPages)?;
    let (nodes, pages) = walk(doc, root)?;
    let counted = root
        .as_reference()
        .and_then(|id| doc.get_dictionary(id))
        .ok()
        .and_then(|root| value(doc, root, b"Count"))
        .and_then(|count| count.as_i64().ok())
        .and_then(|count| usize::try_from(count).ok())
        .ok_or(PdfRefusal::UnreadablePage(1))?;
    if counted != pages.len() {
        return Err(PdfRefusal::UnreadablePage(counted.min(pages.len()) + 1));
    }
    if pages.is_empty() {
        return Err(PdfRefusal::NoPages);
    }

    let mut seen: HashSet<ObjectId> = nodes.iter().map(|node| node.id).collect();
    for Node { id, page } in nodes {
        if !is_complete(doc, id, &mut seen) {
            return Err(PdfRefusal::UnreadablePage(page));
        }
    }
    Ok(pages)
}

/// A page, or a group of pages.
struct Node {
    id: ObjectId,
    /// The page's number, or that of the group's first page.
    page: usize,
}

fn walk(doc: &Document, root: &Object) -> Result<(Vec<Node>, Vec<ObjectId>), PdfRefusal> {
    let (mut nodes, mut pages) = (Vec::new(), Vec::new());
    let mut seen = HashSet::new();
    let mut open = vec![root];
    while let Some(object) = open.pop() {
        let page = pages.len() + 1;
        let unreadable = PdfRefusal::UnreadablePage(page);
        let id = object.as_reference().map_err(|_| unreadable)?;
        let node = doc.objects.get(&id).and_then(|object| object.as_dict().ok()).ok_or(unreadable)?;
        if !seen.insert(id) {
            return Err(unreadable);
        }
        nodes.push(Node { id, page });
        if node.has(b"Kids") && !node.has_type(b"Page") {
            let kids = value(doc, node, b"Kids").and_then(|kids| kids.as_array().ok()).ok_or(unreadable)?;
            open.extend(kids.iter().rev());
        } else if page > PAGES_MAX {
            return Err(PdfRefusal::TooManyPages);
        } else {
            pages.push(id);
        }
    }
    Ok((nodes, pages))
}

/// Whether all that a page or group refers to could be read, and its contents are contents.
/// A reference to an object that the file never had is null, by the standard; one to an
/// object that its table lists must lead there.
fn is_complete(doc: &Document, id: ObjectId, seen: &mut HashSet<ObjectId>) -> bool {
    let Some(Object::Dictionary(node)) = doc.objects.get(&id) else { return false };
    let has_contents = match value(doc, node, b"Contents") {
        None | Some(Object::Stream(_)) => true,
        Some(Object::Array(parts)) => {
            parts.iter().all(|part| matches!(doc.dereference(part), Ok((_, Object::Stream(_) | Object::Null)) | Err(_)))
        }
        Some(_) => false,
    };
    let mut open: Vec<&Object> = node.iter().map(|(_, value)| value).collect();
    while let Some(object) = open.pop() {
        match object {
            Object::Reference(id) if seen.insert(*id) => match doc.objects.get(id) {
                Some(object) => open.push(object),
                None if is_listed(doc, *id) => return false,
                None => {}
            },
            Object::Array(items) => open.extend(items),
            Object::Dictionary(dictionary) => open.extend(dictionary.iter().map(|(_, value)| value)),
            Object::Stream(stream) => open.extend(stream.dict.iter().map(|(_, value)| value)),
            _ => {}
        }
    }
    has_contents
}

fn is_listed(doc: &Document, (number, generation): ObjectId) -> bool {
    match doc.reference_table.get(number) {
        Some(XrefEntry::Normal { generation: listed, .. }) => *listed == generation,
        Some(XrefEntry::Compressed { .. }) => generation == 0,
        _ => false,
    }
}
