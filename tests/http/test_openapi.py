"""The API description: complete, valid, current, and readable without internet."""

import re
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import pytest
import yaml
from openapi_schema_validator import OAS31Validator

from points_app.http import AREAS
from points_app.http.access import Access
from points_app.http.endpoints import docs
from points_app.http.openapi import describe
from points_app.http.openapi.requests import openapi_path

PROJECT = Path(__file__).resolve().parent.parent.parent
OPERATIONS = {name: each for area in AREAS for name, each in area.operations.items()}


@pytest.fixture(scope="module")
def description():
    return describe(AREAS)


def operations(description):
    for path, item in description["paths"].items():
        for method, operation in item.items():
            yield path, method, operation


def test_every_route_is_described(app, description):
    described = {(path, method.upper()) for path, method, _ in operations(description)}
    routes = {
        (openapi_path(rule.rule).replace("path:", ""), method)
        for rule in app.url_map.iter_rules()
        for method in rule.methods - {"HEAD", "OPTIONS"}
        if rule.endpoint != "docs.static"
    }
    assert described == routes


def test_every_reference_leads_somewhere(description):
    """And every component is used."""
    text = yaml.safe_dump(description)
    referenced = set(re.findall(r"'?#/components/(\w+/[\w-]+)'?", text))
    components = {
        f"{kind}/{name}"
        for kind, parts in description["components"].items()
        for name in parts
        if kind != "securitySchemes"
    }
    assert components - referenced == {"responses/MethodRefused"}
    assert referenced <= components


def test_schemas_are_valid_and_hold_only_keywords_that_mean_something(description):
    for name, schema in description["components"]["schemas"].items():
        OAS31Validator.check_schema(schema)
        assert not re.search(r"'(ge|gt|le|lt)':", repr(schema)), name
    for path, _, operation in operations(description):
        for parameter in operation["parameters"]:
            OAS31Validator.check_schema(parameter["schema"])
            assert not re.search(r"'(ge|gt|le|lt)':", repr(parameter)), (path, parameter["name"])


def test_every_operation_says_what_it_does_and_who_may_call_it(description):
    schemes = {Access.PUBLIC: [], Access.REFRESH: [{"refreshToken": []}]}
    schemes[Access.OPTIONAL] = [{}, {"accessToken": []}]
    for path, _, operation in operations(description):
        assert operation["summary"], path
        if path.startswith("/api/"):
            access = OPERATIONS[operation["operationId"].replace("_", ".", 1)].access
            assert operation["security"] == schemes.get(access, [{"accessToken": []}]), path
            assert operation["responses"].keys() >= {"200", "429", "500", "503"}, path


def test_codes_and_texts_stand_in_the_description(description):
    draw = description["paths"]["/api/lottery/draw"]["post"]
    assert "| 3004 | 今日抽奖次数已用完 | 200 |" in draw["description"]
    assert "| 3002 | 抽奖过于频繁，请稍后再试 | 429 |" in draw["description"]
    assert len(draw["responses"]["429"]["content"]["application/json"]["schema"]["oneOf"]) == 2
    shortfall = description["components"]["schemas"]["InsufficientPoints"]["properties"]
    assert shortfall["code"]["const"] == 3001
    assert shortfall["data"]["$ref"] == "#/components/schemas/Shortfall"


def test_headers_forms_and_other_names_are_described(description):
    upload = description["paths"]["/api/photo/upload"]["post"]
    form = upload["requestBody"]["content"]["multipart/form-data"]["schema"]
    assert form["properties"].keys() == {"file", "photo", "amount"}
    assert "Prefer" in {parameter["name"] for parameter in upload["parameters"]}
    redeem = description["paths"]["/api/exchange/redeem"]["post"]
    assert [parameter["name"] for parameter in redeem["parameters"]] == ["Idempotency-Key"]
    assert "Idempotent-Replayed" in redeem["responses"]["200"]["headers"]
    (one_name,) = description["components"]["schemas"]["RedeemRequest"]["allOf"]
    assert [each["required"] for each in one_name["anyOf"]] == [["commodity_id"], ["product_id"]]
    paging = description["paths"]["/api/exchange/records"]["get"]["parameters"]
    assert {"page", "limit", "size", "page_size"} <= {parameter["name"] for parameter in paging}


def test_unknown_fields_are_refused_to_merchants_and_admins_alone(description):
    staff = {Access.MERCHANT, Access.REVIEWER, Access.ADMIN}
    schemas = description["components"]["schemas"]
    for name, operation in OPERATIONS.items():
        if operation.body:
            is_closed = schemas[operation.body.__name__].get("additionalProperties") is False
            assert is_closed == (operation.access in staff), name
    assert schemas["WheelPrize"]["additionalProperties"] is False


def test_bodies_have_no_defaults(description):
    """Pages send them, and generated clients ask for them; a sentence says the same."""
    bodies = {each.body.__name__ for each in OPERATIONS.values() if each.body} | {"WheelPrize"}
    schemas = description["components"]["schemas"]
    for name in bodies:
        for field, schema in schemas[name]["properties"].items():
            assert "default" not in schema, (name, field)
    assert "`1` when absent" in schemas["RedeemRequest"]["properties"]["quantity"]["description"]
    assert "when absent" not in repr(schemas["ProductChange"]["properties"])


def test_the_server_gives_the_description(app, description):
    client = app.test_client()
    answer = client.get("/openapi.json")
    assert answer.json == description
    again = client.get("/openapi.json", headers={"If-None-Match": answer.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")


def test_keyed_endpoints(description):
    """The contract's, and the delivery of goods."""
    keyed = {
        path
        for path, _, operation in operations(description)
        if any(parameter["name"] == "Idempotency-Key" for parameter in operation["parameters"])
    }
    assert keyed >= {
        "/api/lottery/draw",
        "/api/exchange/redeem",
        "/api/photo/upload",
        "/api/points/operate",
        "/api/merchant/review",
    }


def test_the_file_is_current(app, tmp_path):
    """`flask --app wsgi openapi` writes it anew."""
    written = tmp_path / "openapi.yaml"
    result = app.test_cli_runner().invoke(args=["openapi", str(written)])
    assert result.exit_code == 0, result.output
    text = written.read_text()
    is_current = text == (PROJECT / "openapi.yaml").read_text()
    assert is_current, "write it anew: flask --app wsgi openapi"
    tokens = yaml.scan(text, yaml.CSafeLoader)
    assert not any(isinstance(each, yaml.AnchorToken | yaml.AliasToken) for each in tokens)


def test_the_page_loads_nothing_from_elsewhere(app):
    with app.test_client() as client, client.get("/docs") as page:
        assert page.status_code == 200
        assert "default-src 'none'" in page.headers["Content-Security-Policy"]
        links = re.findall(r'(?:src|href)="([^"]+)"', page.text)
        assert "/openapi.json" in links and len(links) == 4
        for link in links:
            with client.get(link) as answer:
                assert link.startswith("/") and answer.status_code == 200, link


def test_many_who_ask_first_have_it_made_once(app, monkeypatch):
    """Several threads that parse Python at once fail in CPython 3.11."""
    makers, together = [], threading.Barrier(2)

    def described(areas):
        makers.append(threading.get_ident())
        with suppress(threading.BrokenBarrierError):
            together.wait(0.2)  # for a second one, if there may be one
        return {"made": len(makers)}

    monkeypatch.setattr(docs, "describe", described)
    with ThreadPoolExecutor(4) as pool:
        asked = [pool.submit(app.test_client().get, "/openapi.json") for _ in range(4)]
    assert [each.result().json for each in asked] == [{"made": 1}] * 4
