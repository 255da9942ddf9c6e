# The application: web, worker, beat and the commands, all from one image. docs/deployment.md says how to use it.

FROM python:3.13-slim AS packages
COPY requirements/base.lock /tmp/
# Wheels only, each by its hash: nothing is compiled and no package's own script runs.
RUN python -m venv /opt/environment \
    && /opt/environment/bin/pip install --no-cache-dir --require-hashes --only-binary :all: -r /tmp/base.lock

FROM python:3.13-slim
ENV PATH=/opt/environment/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    HRPLATFORM_VAR=/srv/hrplatform/var
WORKDIR /srv/hrplatform
RUN useradd --uid 10001 --no-create-home --shell /usr/sbin/nologin hrplatform \
    # What the volumes are made from: a new volume takes over the owner of the folder it covers.
    && install -d -o hrplatform -g hrplatform -m 700 keys beat var/mail
COPY --from=packages /opt/environment /opt/environment
COPY . .
# A key for these two commands only, so that none is made and left in the image. Everyone may read what they write.
RUN SECRET_KEY=only-while-the-image-is-built-and-never-for-anything-else \
    sh -c "python manage.py collectstatic --noinput && python manage.py compile_languages" \
    && python -m compileall -q hrplatform groups outreach resources
USER 10001:10001
EXPOSE 8000
# One worker process a core, few threads. docker-compose.yml has the commands of the worker and beat.
CMD ["python", "-m", "granian", "--interface=wsgi", "--host=0.0.0.0", "--port=8000", "--workers=2", "--workers-kill-timeout=5", \
     "--blocking-threads=4", "--backpressure=64", "--no-ws", "--no-access-log", "--respawn-failed-workers", \
     "hrplatform.wsgi:application"]
