"""What an answer in FHIR is made with, as a service without settings makes it."""

from service.ehr.fhir.answer.fixed_parts import fixed_parts
from service.server.settings import DEFAULTS

PARTS = fixed_parts(DEFAULTS.fhir_canonical)
