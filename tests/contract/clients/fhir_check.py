"""Validates FHIR R4 resources, one JSON text a line, with pyfhircheck and with the models of fhir.resources.

``python fhir_check.py DEFINITIONS [HL7] < resources.ndjson``: DEFINITIONS is a folder of definitions that the resources
refer to, HL7 a folder with the definitions of R4 itself (bundles as HL7 publishes them). Prints what they find.
"""

import json
import sys
import tempfile
from pathlib import Path
from typing import Any

from fhir.resources.R4B import get_fhir_model_class
from pydantic import ValidationError
from pyfhircheck import Validator
from pyfhircheck.config import ValidatorConfig

BUNDLES = ("profiles-types.json", "profiles-resources.json", "extension-definitions.json", "valuesets.json")
KINDS = ("StructureDefinition", "ValueSet", "CodeSystem")


def parted(source: Path, target: Path) -> str:
    """Write each definition of HL7's bundles into a file of its own, as the validator reads them."""
    for name in BUNDLES:
        for number, entry in enumerate(json.loads((source / name).read_text(encoding="utf-8"))["entry"]):
            if entry["resource"]["resourceType"] in KINDS:
                (target / f"{number}-{name}").write_text(json.dumps(entry["resource"]), encoding="utf-8")
    return str(target)


def problems(validator: Validator, number: int, resource: Any) -> list[dict[str, Any]]:
    """Return what is wrong with one resource; a hint or a warning is not."""
    found = [
        {"line": number, "by": "pyfhircheck", "code": issue.code, "path": issue.path, "message": issue.message}
        for issue in validator.validate_resource(resource).errors
    ]
    try:
        get_fhir_model_class(resource["resourceType"]).model_validate(resource)
    except ValidationError as error:
        found += [
            {"line": number, "by": "fhir.resources", "path": ".".join(map(str, one["loc"])), "message": one["msg"]}
            for one in error.errors()
        ]
    return found


def main(definitions: str, *hl7: str) -> None:
    said, sys.stdout = sys.stdout, sys.stderr  # an invariant of HL7 traces to the standard output
    with tempfile.TemporaryDirectory() as folder:
        paths = [definitions, *(parted(Path(source), Path(folder)) for source in hl7)]
        validator = Validator(ValidatorConfig.load_dict({"fhirVersion": "4.0.1", "localPackagePaths": paths}))
    resources = [json.loads(line) for line in sys.stdin if line.strip()]
    found = [one for number, resource in enumerate(resources) for one in problems(validator, number, resource)]
    print(json.dumps({"count": len(resources), "problems": found}), file=said)


if __name__ == "__main__":
    main(*sys.argv[1:])
