# The site for production: PostgreSQL and Redis are elsewhere (DATABASE_URL, REDIS_URL); see docker-compose.yml.

FROM python:3.12-slim AS build
WORKDIR /src
COPY constraints.txt ./
# Everything listed is fetched and held to its hash; the next step may only choose among that.
RUN pip download --quiet --disable-pip-version-check --require-hashes --dest /wheels --requirement constraints.txt
COPY . .
RUN python -m venv /venv \
    && /venv/bin/pip install --quiet --disable-pip-version-check --no-index --find-links /wheels . \
    # The packages are what was wanted; the site itself runs from its own folder, beside templates and static files.
    && /venv/bin/pip uninstall --quiet --yes daily-papers

FROM python:3.12-slim
ENV PATH=/venv/bin:$PATH PYTHONPATH=/srv/papers PYTHONUNBUFFERED=1 DATA_DIR=/data STATIC_ROOT=/srv/static
RUN useradd --system --create-home --home-dir /data --shell /usr/sbin/nologin papers \
    && install --directory --owner papers /srv/static
WORKDIR /srv/papers
COPY --from=build /venv /venv
COPY manage.py ./
COPY accounts accounts
COPY config config
COPY feed feed
COPY papers papers
COPY static static
COPY templates templates
USER papers
RUN SECRET_KEY=only-for-this-step python manage.py collectstatic --no-input --verbosity 0
VOLUME /data
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/healthz', timeout=4)"]
CMD ["granian", "--interface", "wsgi", "--host", "0.0.0.0", "--port", "8000", "--workers", "2", "--blocking-threads", "4", "config.wsgi:application"]
