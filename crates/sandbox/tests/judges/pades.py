"""Judges sealed PDFs by pyHanko, through the commands that a person would type.

    python pades.py ROOT_PEM MOMENT PACKAGE...

prints three lines per package, of these fields between tabs: the check, the path, the exit code
and all that pyHanko says. The checks:

    validate     pyhanko sign validate
    ades         pyhanko sign adesverify --no-revocation-check
    ades-lt      pyhanko sign adesverify: proof that nothing was revoked must be in the file

Many packages take one process, since starting takes the longest.
"""

import logging
import sys

from click.testing import CliRunner
from pyhanko.cli import cli_root

CHECKS = {
    "validate": ["validate"],
    "ades": ["adesverify", "--no-revocation-check"],
    "ades-lt": ["adesverify"],
}


def main(root: str, moment: str, *packages: str) -> None:
    for package in packages:
        for check, command in CHECKS.items():
            options = ["--trust-replace", "--trust", root, "--validation-time", moment]
            outcome = CliRunner().invoke(cli_root, ["sign", *command, *options, package])
            print(check, package, outcome.exit_code, " ".join(outcome.output.split()), sep="\t")
    logging.shutdown()


main(*sys.argv[1:])
