"""From nothing to a running platform, in the order in which the parts need each other."""

from __future__ import annotations

import gc
import hashlib
import http.client
import socket
import sys
from collections.abc import Callable

from libs.clock import ManualClock, monotonic
from libs.memory import tuned_gc
from libs.metrics import counting_together
from libs.wake import port_of
from services.embedded import welcome
from services.embedded.backends import Backends
from services.embedded.children import Child
from services.embedded.city.api_client import CityError
from services.embedded.city.build import build_city, is_built
from services.embedded.composition import Composition, environment_of
from services.embedded.control import RUN_FILE
from services.embedded.databases import Databases
from services.embedded.folder import DISK_FULL, DataFolder, disk_problem, prepare
from services.embedded.serve import FrontDoorServer
from services.embedded.settings import RunOptions, StartRefusedError
from services.embedded.supervisor import Supervisor, reset_clock
from services.embedded.witnessing import forget_logs, run_witness
from services.embedded.worker import Worker


def run_platform(options: RunOptions) -> None:
    """Start everything, say where it is, and watch over it until somebody stops it.

    Raises:
        StartRefusedError: something in the way that a person must clear; the message says what.
    """
    began = monotonic()
    _refuse_taken_port(options)
    folder, _lock = prepare(options)
    (folder.run / RUN_FILE).unlink(missing_ok=True)  # What a killed start told of itself is not so any more.
    say = _Progress(began)
    say("starting the database" + (" and Kafka" if options.broker == "kafka" else ""))
    backends = Backends(options, folder)
    with counting_together(hashlib.sha256(str(folder.root).encode()).hexdigest()[:12]):
        _run_until_stopped(options, folder, backends, say)
    say("stopped; everything committed is kept")


def _run_until_stopped(options: RunOptions, folder: DataFolder, backends: Backends, say: _Progress) -> None:
    supervisor: Supervisor | None = None
    try:
        backends.start()
        say("migrating the databases")
        databases = Databases(backends.server, folder, keeps_templates=options.manual_clock)
        databases.create()
        supervisor = Supervisor(options, folder, databases, backends)
        supervisor.listen_to_signals()
        ports = {name: port_of(bound) for name, bound in supervisor.wakes.items()}
        environment = environment_of(options, folder, databases, kafka=backends.kafka_addresses, wake_ports=ports)
        _start_children(environment, options, folder, supervisor, say)
        supervisor.watch()
    except Exception as error:
        if not isinstance(error, StartRefusedError) and disk_problem(folder.root):
            raise StartRefusedError(DISK_FULL.format(root=folder.root)) from error
        raise
    finally:
        say("stopping")
        if supervisor is not None:
            supervisor.stop()
        else:
            backends.stop()


def _start_children(
    environment: dict[str, str], options: RunOptions, folder: DataFolder, supervisor: Supervisor, say: _Progress
) -> None:
    if options.manual_clock:
        reset_clock(folder)
        forget_logs(folder)  # The databases begin empty, and so do the logs of them.
    else:
        ManualClock(folder.clock)

    def work(process: str) -> None:
        composition = Composition(environment, options, folder, process=process)
        parts, broker = composition.parts(), composition.broker()
        patient = process == "building"
        sys.exit(Worker(parts, broker, folder, composition.clock, wakes=supervisor.wakes, patient=patient).run())

    def serve() -> None:
        composition = Composition(environment, options, folder, process="api")
        door = composition.front_door()
        # Built once and shared by the workers that gunicorn forks; connections cannot be shared.
        composition.dispose()
        gc.freeze()
        tuned_gc()
        ports = {"port": options.port, "inside_port": supervisor.inside_port}
        FrontDoorServer(door, host=options.host, **ports, costly=composition.costly()).run()

    say("starting the services")
    if options.has_city and not is_built(folder):
        building = Child("building", lambda: work("building"), log=lambda: folder.log("worker"))
        supervisor.start(building)
        say("making the demo city, once")
        _build_city(environment, options, folder, supervisor)
        supervisor.retire(building)
    if supervisor.is_stopping:
        return
    supervisor.start(Child("witness", lambda: run_witness(folder, environment), log=lambda: folder.log("witness")))
    supervisor.start(Child("worker", lambda: work("worker"), log=lambda: folder.log("worker")))
    supervisor.start(Child("api", serve, log=lambda: folder.log("api")))
    if supervisor.wait_for(lambda: _is_ready(options)):
        say(f"ready in {monotonic() - say.began:.1f} s")
        print(welcome.text(options, folder), flush=True)
    elif not supervisor.is_stopping:
        print(f"Not ready yet; see {folder.logs} and http://127.0.0.1:{supervisor.inside_port}/readyz", flush=True)


def _build_city(environment: dict[str, str], options: RunOptions, folder: DataFolder, supervisor: Supervisor) -> None:
    """Make the demo city; it goes on where an earlier start was interrupted."""

    def build() -> None:
        try:
            build_city(lambda: Composition(environment, options, folder, process="city"), options, folder)
        except CityError as error:
            sys.exit(f"\nThe demo city stopped: {error}")

    code = supervisor.run_once(Child("city", build, log=None))
    if code and disk_problem(folder.root):
        raise StartRefusedError(DISK_FULL.format(root=folder.root))
    if code and not supervisor.is_stopping:
        raise StartRefusedError(f"the demo city could not be made (see above, and {folder.logs}); start again to go on")


def _refuse_taken_port(options: RunOptions) -> None:
    try:
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((options.host, options.port))
    except OSError as error:
        raise StartRefusedError(
            f"Port {options.port} of {options.host} cannot be used ({error.strerror}). "
            f"Stop what listens there, or choose another: make run PORT={options.port + 1}"
        ) from error


def _is_ready(options: RunOptions) -> bool:
    connection = http.client.HTTPConnection(options.host, options.port, timeout=2)
    try:
        connection.request("GET", "/readyz")
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


class _Progress:
    """Says what happens now, with the seconds since the start."""

    def __init__(self, began: float) -> None:
        self.began = began
        self._write: Callable[[str], object] = sys.stdout.write

    def __call__(self, words: str) -> None:
        self._write(f"[{monotonic() - self.began:5.1f} s] {words}\n")
        sys.stdout.flush()
