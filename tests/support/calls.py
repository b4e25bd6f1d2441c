"""CDS Hooks calls as tests need them."""

from typing import Any

from flask.testing import FlaskClient

from service.app import create_app
from service.server.settings import Settings
from tests.support.records import FERRITIN, bundle, calm_panel, condition, met_panel, observation, patient

PATH = "/cds-services/mas-criteria"
MET = {
    "patient": patient(),
    "conditions": bundle(condition()),
    "labs": bundle(*met_panel()[:4]),
    "temperature": bundle(met_panel()[4]),
}
NEXT = [{"relation": "next", "url": "https://ehr.example/fhir?page=2"}]


def with_settings(**settings: Any) -> FlaskClient:
    return create_app(Settings(**settings)).test_client()


def card_worthy_panel() -> list[dict[str, Any]]:
    """Return results that meet no criteria set of sJIA, with a ferritin high enough for a card below probable."""
    return [observation(FERRITIN, 700, "ng/mL"), *calm_panel()[1:]]


def calm_with(temperature: Any) -> dict[str, Any]:
    labs = [result for result in card_worthy_panel() if result["id"] != "o-8310-5"]
    return {"conditions": bundle(condition()), "labs": bundle(*labs), "temperature": temperature}
