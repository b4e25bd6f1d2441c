"""What CDS Hooks clients are offered, and what they are asked to send along."""

import re

from flask.testing import FlaskClient

from service.server.messages.strict_json import loads
from tests.support.calls import MET, PATH, with_settings
from tests.support.records import call, carded, send


def test_discovery_offers_one_id_for_every_hook(client: FlaskClient) -> None:
    answer = client.get("/cds-services")
    services = loads(answer.data)["services"]
    assert (answer.status_code, answer.content_type) == (200, "application/json")
    assert [(service["hook"], service["id"]) for service in services] == [
        ("order-sign", "mas-criteria"),
        ("patient-view", "mas-criteria"),
    ]
    assert {service["version"] for service in services} == {
        "2.0.1"
    }  # of CDS Hooks: the version of ours stands in each card
    assert all(service["title"] and service["description"] and service["usageRequirements"] for service in services)
    assert client.get("/cds-services/").status_code == 200


def test_templates_ask_for_every_code_and_use_only_what_all_clients_resolve(client: FlaskClient) -> None:
    for service in loads(client.get("/cds-services").data)["services"]:
        assert set(service["prefetch"]) == {"patient", "labs", "temperature", "conditions", "medications"}
        for template in service["prefetch"].values():
            assert set(re.findall(r"\{\{(.*?)\}\}", template)) == {"context.patientId"}
        assert "2276-4" in service["prefetch"]["labs"]
        assert "8310-5" in service["prefetch"]["temperature"]
        assert "8310-5" not in service["prefetch"]["labs"]
        assert "770-8" not in service["prefetch"]["labs"]
        assert "stopped" in service["prefetch"]["medications"]  # what was stopped last week still hides fever


def test_hooks_are_a_setting() -> None:
    client = with_settings(cds_hooks=("patient-view", "org.example.lab-result-view"))
    hooks = [service["hook"] for service in loads(client.get("/cds-services").data)["services"]]
    assert hooks == ["org.example.lab-result-view", "patient-view"]
    assert carded(client, MET, hook="org.example.lab-result-view")
    assert send(client, PATH, call(MET, hook="order-sign"))[0] == 400


def test_a_client_that_keeps_one_service_per_address_keeps_that_of_the_opened_chart(client: FlaskClient) -> None:
    """The public Sandbox does: of several with one address the last one listed stays."""
    kept = {service["id"]: service["hook"] for service in loads(client.get("/cds-services").data)["services"]}
    assert kept == {"mas-criteria": "patient-view"}
