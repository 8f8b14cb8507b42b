"""The distributed deployment: valid Compose, settings that exist, and an order in which it can start."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from pydantic import BaseModel

from activities.settings import MailSecurity, Settings
from starter.temporal_server import SEARCH_ATTRIBUTES

ROOT = Path(__file__).parent.parent
COMPOSE = ROOT / "docker-compose.yml"
PLACEHOLDER = re.compile(r"\$\{(?P<name>\w+)(?::(?P<mark>[-?])(?P<rest>[^}]*))?\}")


class Healthcheck(BaseModel):
    test: list[str]


class Dependency(BaseModel):
    condition: str


class Service(BaseModel):
    """What the tests ask of a service; the Compose schema judges the rest."""

    image: str | None = None
    build: str | None = None
    container_name: str | None = None
    restart: str
    entrypoint: list[str] = []
    environment: dict[str, str] = {}
    depends_on: dict[str, Dependency] = {}
    healthcheck: Healthcheck | None = None
    ports: list[str] = []
    volumes: list[str] = []

    @property
    def runs_once(self) -> bool:
        return self.restart.startswith("on-failure")


class Composition(BaseModel):
    services: dict[str, Service]
    volumes: dict[str, None]


def chosen() -> dict[str, str]:
    """What `.env.example` sets when it is copied as it is."""
    lines = (ROOT / ".env.example").read_text(encoding="utf-8").splitlines()
    return dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))


def offered() -> set[str]:
    """Every name in `.env.example`, set or commented out."""
    return set(re.findall(r"^#?([A-Z_]+)=", (ROOT / ".env.example").read_text(encoding="utf-8"), re.MULTILINE))


def interpolated(text: str, values: dict[str, str]) -> str:
    def value(match: re.Match[str]) -> str:
        given = values.get(match["name"], "")
        if not given and match["mark"] == "?":
            raise KeyError(match["name"])
        return given or match["rest"] or ""

    return PLACEHOLDER.sub(value, text)


def filled_in(part: object, values: dict[str, str]) -> object:
    """The parsed file with every placeholder replaced: Compose, too, parses first, so a number stays a text."""
    if isinstance(part, dict):
        return {key: filled_in(value, values) for key, value in part.items()}
    if isinstance(part, list):
        return [filled_in(each, values) for each in part]
    return interpolated(part, values) if isinstance(part, str) else part


@pytest.fixture(scope="module")
def composition() -> Composition:
    parsed: object = yaml.safe_load(COMPOSE.read_text(encoding="utf-8"))
    return Composition.model_validate(filled_in(parsed, chosen()))


def own_settings(service: Service) -> dict[str, str]:
    return {name: value for name, value in service.environment.items() if name.startswith("SLA_")}


def test_the_file_is_valid_compose() -> None:
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.compose-spec", str(COMPOSE)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_validation_refuses_what_is_not_compose(tmp_path: Path) -> None:
    wrong = tmp_path / "docker-compose.yml"
    wrong.write_text(COMPOSE.read_text(encoding="utf-8").replace("    ports:", "    portz:"), encoding="utf-8")
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.compose-spec", str(wrong)]
    assert subprocess.run(command, capture_output=True, check=False).returncode == 1


@pytest.mark.parametrize("name", ["worker", "starter"])
def test_every_setting_that_is_passed_exists(composition: Composition, name: str) -> None:
    known = {f"SLA_{field.upper()}" for field in Settings.model_fields}
    passed = own_settings(composition.services[name])
    assert passed
    assert set() == set(passed) - known


@pytest.mark.parametrize("name", ["worker", "starter"])
def test_every_setting_that_is_passed_has_a_value_that_holds(
    composition: Composition, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for setting in [each for each in os.environ if each.startswith("SLA_")]:
        monkeypatch.delenv(setting)
    for setting, value in own_settings(composition.services[name]).items():
        monkeypatch.setenv(setting, value)
    settings = Settings()
    assert settings.temporal_address == "temporal:7233"
    assert settings.register_url == f"postgresql://sla:{chosen()['REGISTER_PASSWORD']}@register:5432/sla"
    assert settings.smtp_security is MailSecurity.NONE


def test_the_neighbours_that_the_settings_name_are_services(composition: Composition) -> None:
    settings = own_settings(composition.services["worker"])
    hosts = {
        settings["SLA_TEMPORAL_ADDRESS"].partition(":")[0],
        settings["SLA_DATABASE_URL"].partition("@")[2].partition(":")[0],
        settings["SLA_SMTP_HOST"],
    }
    assert hosts <= set(composition.services)


def test_every_dependency_exists_and_can_meet_its_condition(composition: Composition) -> None:
    for name, service in composition.services.items():
        for other, dependency in service.depends_on.items():
            waited_for = composition.services[other]
            expected = "service_completed_successfully" if waited_for.runs_once else "service_healthy"
            assert dependency.condition == expected, f"{name} waits for {other}"


def test_whatever_keeps_running_has_a_health_check(composition: Composition) -> None:
    without = {name for name, each in composition.services.items() if not each.runs_once and not each.healthcheck}
    assert set() == without


def test_every_service_has_an_image_that_names_its_version(composition: Composition) -> None:
    for name, service in composition.services.items():
        assert service.image, name
        assert service.build or re.search(r":v?\d", service.image), f"{name} takes whatever is latest"


def test_every_port_is_published_on_loopback_alone(composition: Composition) -> None:
    ports = [port for service in composition.services.values() for port in service.ports]
    assert ports
    assert [port for port in ports if not port.startswith("127.0.0.1:")] == []


def test_every_named_volume_is_declared_and_used(composition: Composition) -> None:
    sources = {volume.partition(":")[0] for service in composition.services.values() for volume in service.volumes}
    named = {source for source in sources if not source.startswith((".", "/"))}
    assert set(composition.volumes) == named


def test_every_mounted_folder_is_in_the_repository(composition: Composition) -> None:
    sources = {volume.partition(":")[0] for service in composition.services.values() for volume in service.volumes}
    assert [source for source in sources if source.startswith(".") and not (ROOT / source).is_dir()] == []


def test_the_worker_can_be_scaled(composition: Composition) -> None:
    worker = composition.services["worker"]
    assert worker.container_name is None
    assert worker.ports == []


def test_every_value_that_a_person_can_choose_is_in_the_example(composition: Composition) -> None:
    asked_for = {match["name"] for match in PLACEHOLDER.finditer(COMPOSE.read_text(encoding="utf-8"))}
    assert offered() == asked_for


def test_a_missing_password_is_refused() -> None:
    with pytest.raises(KeyError, match="PASSWORD"):
        interpolated(COMPOSE.read_text(encoding="utf-8"), {})


def test_the_namespace_gets_every_search_attribute() -> None:
    script = (ROOT / "docker" / "temporal-namespace.sh").read_text(encoding="utf-8")
    assert dict(re.findall(r"--name (\w+) --type (\w+)", script)) == SEARCH_ATTRIBUTES


def test_the_image_pins_what_the_tests_ran_with() -> None:
    tested, shipped = (pins(ROOT / name) for name in ("requirements.lock", "requirements-image.lock"))
    assert shipped
    assert set() == shipped - tested


def pins(lock: Path) -> set[str]:
    """Each package with its version, its marker and its hashes."""
    return set(lock.read_text(encoding="utf-8").replace("\\\n", "").splitlines())


@pytest.mark.parametrize("name", ["requirements.lock", "requirements-image.lock"])
def test_a_lock_file_names_no_host(name: str) -> None:
    assert "://" not in (ROOT / name).read_text(encoding="utf-8")


def test_the_image_gets_every_room() -> None:
    copied = set(re.findall(r"^COPY (\w+) /src/\w+$", (ROOT / "Dockerfile").read_text(encoding="utf-8"), re.MULTILINE))
    allowed = set(re.findall(r"^!(\w+)$", (ROOT / ".dockerignore").read_text(encoding="utf-8"), re.MULTILINE))
    rooms = {path.parent.name for path in ROOT.glob("*/__init__.py")} - {"tests", "benchmarks"}
    assert rooms == copied
    assert rooms <= allowed


def test_every_setting_is_in_the_table_of_settings() -> None:
    table = (ROOT / "docs" / "running.md").read_text(encoding="utf-8")
    assert set(re.findall(r"^\| `(SLA_\w+)` \|", table, re.MULTILINE)) == {
        f"SLA_{name.upper()}" for name in Settings.model_fields
    }
