# syntax=docker/dockerfile:1
# Any Debian or Ubuntu image with Python >= 3.11 and its venv module will do: docker build --build-arg BASE=registry.example.org/python:3.13-slim .
ARG BASE=docker.io/library/python:3.13-slim-bookworm

FROM ${BASE} AS made
# The compiler of the comparing core stays in this stage, whatever its version.
# hadolint ignore=DL3008
RUN if ! command -v cc >/dev/null || ! [ -f "$(python3 -c 'import sysconfig; print(sysconfig.get_path("include"))')/Python.h" ]; then \
        apt-get update \
        && apt-get install --yes --no-install-recommends gcc libc6-dev \
        && if [ -x /usr/bin/python3 ]; then apt-get install --yes --no-install-recommends python3-dev; fi \
        && rm -rf /var/lib/apt/lists/*; \
    fi
WORKDIR /src
COPY locks/ locks/
RUN python3 -m venv /opt/golddigger \
    && /opt/golddigger/bin/pip install --no-cache-dir --require-hashes -r locks/runtime.txt \
    && python3 -m venv /opt/wheel \
    && /opt/wheel/bin/pip install --no-cache-dir --require-hashes -r locks/wheel.txt
COPY pyproject.toml hatch_build.py README.md LICENSE app.yml ./
COPY app/ app/
COPY bots/ bots/
COPY diffing/ diffing/
COPY storage/ storage/
RUN GOLDDIGGER_CORE=require /opt/wheel/bin/python -m hatchling build -t wheel \
    && /opt/golddigger/bin/pip install --no-cache-dir --no-deps dist/*.whl \
    && rm -rf /opt/golddigger/lib/python3.*/site-packages/pip /opt/golddigger/bin/pip*

FROM ${BASE}
COPY --from=made /opt/golddigger /opt/golddigger
RUN useradd --uid 10001 --user-group --home-dir /data --shell /usr/sbin/nologin golddigger \
    && install --directory --owner=golddigger --group=golddigger /data
ENV PATH=/opt/golddigger/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    GOLDDIGGER_DATA=/data
USER 10001:10001
VOLUME /data
EXPOSE 8000
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s \
    CMD ["python3", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/healthz', timeout=4)"]
ENTRYPOINT ["golddigger"]
CMD ["serve", "--host", "0.0.0.0", "--port", "8000"]
