"""What the schema cannot say: documents that are documents, and ids of what is there."""

import functools
import os

import requests
import schemathesis
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.generation.meta import TestPhase

BASE = os.environ["FUZZ_URL"]

PDF = (
    b"%PDF-1.7\n"
    b"1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n"
    b"2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
    b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 300 200]>>endobj\n"
    b"xref\n0 4\n0000000000 65535 f \n0000000009 00000 n \n0000000052 00000 n \n0000000101 00000 n \n"
    b"trailer<</Size 4/Root 1 0 R>>\nstartxref\n164\n%%EOF\n"
)
TEXTS = st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1).map(str.encode)

schemathesis.openapi.media_type("application/pdf", st.just(PDF))
schemathesis.openapi.media_type("text/plain", TEXTS)
schemathesis.openapi.media_type("text/markdown", TEXTS)


@schemathesis.hook
def before_load_schema(context, raw_schema):
    """Bodies of links stand for themselves; strangers' ids beside theirs would only be refused."""
    for item in raw_schema["paths"].values():
        for operation in filter(lambda value: isinstance(value, dict), item.values()):
            for response in operation["responses"].values():
                for link in response.get("links", {}).values():
                    if "requestBody" in link:
                        link["x-schemathesis"] = {"merge_body": False}


@functools.cache
def session():
    """A client with a token of its own, for what a test needs beforehand."""
    client = {"client_id": os.environ["FUZZ_CLIENT_ID"], "client_secret": os.environ["FUZZ_CLIENT_SECRET"]}
    form = {"grant_type": "client_credentials"} | client
    answer = requests.post(f"{BASE}/auth/open/connect/token", data=form, timeout=10)
    session = requests.Session()
    session.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"
    return session


def post(path, **body):
    answer = session().post(f"{BASE}/sign{path}", timeout=10, **body)
    answer.raise_for_status()
    return answer.json()


def upload():
    return post("/documents", data=PDF, headers={"Content-Type": "application/pdf"})["documentId"]


def collect(documents):
    return post("/document-collections", json={"documents": [{"documentId": id} for id in documents]})["id"]


def make_room():
    """There may be only so many subscriptions."""
    path = f"{BASE}/events-management/subscriptions"
    subscriptions = session().get(path, timeout=10).json()
    if len(subscriptions) > 10:
        for subscription in subscriptions:
            session().delete(f"{path}/{subscription['id']}", timeout=10)


@schemathesis.hook
def before_call(context, case, kwargs):
    """Bodies that fit the schema get ids of documents and collections that are there."""
    meta = case.meta
    if meta is None or meta.generation.mode != GenerationMode.POSITIVE:
        return
    operation = case.operation.definition.raw["operationId"]
    if operation in ("create_subscription", "patch_subscription") and case.body.get("url"):
        # Nobody listens there, and nobody else is disturbed.
        case.body["url"] = "http://127.0.0.1:9/"
    if meta.phase.name == TestPhase.STATEFUL:
        return
    match operation:
        case "create_subscription":
            make_room()
        case "create_collection":
            for reference in case.body["documents"]:
                reference["documentId"] = upload()
        case "create_session":
            for request in case.body:
                documents = [upload() for _ in request["documents"]]
                collection = collect(documents)
                for reference, document in zip(request["documents"], documents):
                    reference |= {"documentId": document, "documentCollectionId": collection}
