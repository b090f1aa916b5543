"""Judges XAdES results by signxml.

    python xades.py ROOT_PEM MOMENT RESULT...

prints one line per result: `accepted PATH`, or `refused PATH: why`. A detached document is
looked for beside its result. Many results take one process, since starting takes the longest.
"""

import base64
import sys
from datetime import datetime
from pathlib import Path
from urllib.parse import unquote

from lxml import etree
from signxml import InvalidSignature, InvalidInput, InvalidDigest
from signxml.xades import XAdESSignatureConfiguration, XAdESVerifier

DS = "{http://www.w3.org/2000/09/xmldsig#}"


def document(result: Path, xml: bytes) -> bytes:
    """What the first reference means, found without signxml."""
    root = etree.fromstring(xml)
    uri = root.find(f"{DS}SignedInfo/{DS}Reference").get("URI")
    if uri.startswith("#"):
        return base64.b64decode(root.find(f"{DS}Object[@Id='{uri[1:]}']").text)
    return (result.parent / unquote(uri)).read_bytes()


def judge(result: Path, root: str, config: XAdESSignatureConfiguration) -> str:
    xml = result.read_bytes()
    try:
        references = XAdESVerifier().verify(
            xml,
            ca_pem_file=root,
            expect_config=config,
            uri_resolver=lambda uri: (result.parent / unquote(uri)).read_bytes(),
        )
    except (InvalidSignature, InvalidInput, InvalidDigest) as refusal:
        return f"refused {result}: {' '.join(str(refusal).split())}"
    if references[0].signed_data != document(result, xml):
        return f"refused {result}: another document is signed"
    return f"accepted {result}"


def main(root: str, moment: str, *results: str) -> None:
    config = XAdESSignatureConfiguration(
        location="./", expect_references=3, verification_time=datetime.fromisoformat(moment)
    )
    for result in results:
        print(judge(Path(result), root, config))


main(*sys.argv[1:])
