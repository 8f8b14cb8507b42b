"""Every setting, in one place: environment variables that begin with `SLA_`. Nothing else reads the environment."""

from enum import StrEnum
from pathlib import Path

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class MailSecurity(StrEnum):
    """How the connection to the mail server is protected."""

    NONE = "none"
    STARTTLS = "starttls"
    TLS = "tls"


class Settings(BaseSettings):
    """The defaults run everything on one machine, on loopback, below one folder."""

    model_config = SettingsConfigDict(env_prefix="SLA_", frozen=True)

    home: Path = Path("var")
    """The folder of the laptop's stack: databases, letters, logs."""
    provider: Path = Path("examples/provider.yaml")
    """The provider's profile: catalogue, people, prices, policies."""

    database_url: str = ""
    """SQLAlchemy URL of the register; SQLite below `home` when empty."""

    temporal_address: str = "127.0.0.1:7233"
    temporal_namespace: str = "default"
    temporal_tls: bool = False
    """Whether the connection to Temporal is encrypted; an API key asks for it too."""
    temporal_api_key: SecretStr = SecretStr("")
    """The key of Temporal Cloud."""
    temporal_ui: str = "http://127.0.0.1:8233"
    """Where people find Temporal's own page."""

    smtp_host: str = "127.0.0.1"
    smtp_port: int = Field(default=1025, ge=1, le=65535)
    smtp_security: MailSecurity = MailSecurity.NONE
    smtp_user: str = ""
    smtp_password: SecretStr = SecretStr("")
    mail_from: str = "SLA desk <sla@localhost.localdomain>"
    mail_looks_every_ms: int = Field(default=500, ge=10, le=60_000)
    """How often the mailroom looks for new letters."""

    worker_cached_workflows: int = Field(default=1000, ge=1, le=100_000)
    worker_threads: int = Field(default=8, ge=1, le=200)
    """Threads for activities on the register."""

    prometheus_url: str = ""
    """Where Prometheus answers, `http://prometheus.example:9090`; empty for none."""
    prometheus_token: SecretStr = SecretStr("")
    """Sent as a bearer token, when Prometheus or a proxy before it asks for one."""
    prometheus_timeout_seconds: int = Field(default=30, ge=1, le=600)
    """How long one question to Prometheus may take."""

    @property
    def register_url(self) -> str:
        """The SQLAlchemy URL of the register."""
        return self.database_url or f"sqlite:///{self.home / 'register.db'}"
