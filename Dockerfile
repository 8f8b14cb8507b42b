# One image for the worker and the starter: the product and what it runs on, no test tools, no servers.
FROM python:3.11-slim

ENV PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    PIP_DISABLE_PIP_VERSION_CHECK=1 \
    PIP_NO_CACHE_DIR=1 \
    PIP_ROOT_USER_ACTION=ignore

RUN useradd --uid 10001 --create-home --home-dir /app --shell /usr/sbin/nologin sla
WORKDIR /app

# The dependencies change seldom: they are a layer of their own.
COPY requirements-image.lock ./
RUN pip install --require-hashes -r requirements-image.lock

COPY pyproject.toml README.md LICENSE worker.py /src/
COPY sla /src/sla
COPY workflows /src/workflows
COPY activities /src/activities
COPY starter /src/starter
COPY rehearsal /src/rehearsal
COPY templates /src/templates
RUN pip install --no-deps --no-build-isolation /src && rm -r /src

# The provider's profile and the example forms; compose lays the real ones over them.
COPY examples /app/examples

USER sla
CMD ["python", "-m", "worker"]
