"""Numbers for Prometheus, served over HTTP on request.  Only importer of `prometheus_client`; knows no pass."""

from __future__ import annotations

import importlib.util
from collections.abc import Mapping

from amp_fsm.errors import NotPossibleError

SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.4, 0.8, 1.6, 3.2, 6.4, 15.0, 60.0)


class Metrics:
    """A registry of our own, so that nothing is served but what docs/service.md names."""

    def __init__(self) -> None:
        """Count from zero.

        Raises:
            NotPossibleError: prometheus-client is not installed.
        """
        if importlib.util.find_spec("prometheus_client") is None:
            message = "--metrics needs prometheus-client, which is not installed"
            raise NotPossibleError(message, hint="pip install 'amp-fsm[metrics]'")
        # Here: whoever asks for no metrics must not pay for them.
        from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

        self._registry = own = CollectorRegistry()
        self.passes = Counter("amp_fsm_passes", "Passes, by whether they moved something.", ["moved"], registry=own)
        self.look = Histogram("amp_fsm_look_seconds", "Looking and planning, per pass.", registry=own, buckets=SECONDS)
        self.last = Gauge("amp_fsm_last_pass_timestamp_seconds", "When the last pass ended.", registry=own)
        self.actions = Counter("amp_fsm_actions", "Actions that ended.", ["kind", "outcome"], registry=own)
        self.deliveries = Counter("amp_fsm_deliveries", "Prompts, by what became of them.", ["outcome"], registry=own)
        self.facts = Gauge("amp_fsm_facts", "Subjects of which a fact has a value.", ["fact", "value"], registry=own)
        self.states = Gauge("amp_fsm_subjects", "Subjects in a state.", ["kind", "state"], registry=own)
        self.idle = Gauge("amp_fsm_idle_agents", "Agents at their prompt without a task.", registry=own)
        self.reaction = Histogram(
            "amp_fsm_reaction_seconds",
            "From an event to the first action that it led to.",
            registry=own,
            buckets=SECONDS,
        )

    def show_facts(self, counted: Mapping[tuple[str, str], int]) -> None:
        """Show these numbers of subjects by fact and value, and no others."""
        self.facts.clear()
        for (fact, value), number in counted.items():
            self.facts.labels(fact=fact, value=value).set(number)

    def show_states(self, counted: Mapping[tuple[str, str], int]) -> None:
        """Show these numbers of subjects by kind and state, and no others."""
        self.states.clear()
        for (kind, state), number in counted.items():
            self.states.labels(kind=kind, state=state).set(number)

    def serve(self, address: str, port: int) -> int:
        """Serve them in a thread of its own, and return the port (a free one for 0).

        Raises:
            NotPossibleError: the port cannot be listened on.
        """
        from prometheus_client import start_http_server

        try:
            server, _ = start_http_server(port, addr=address, registry=self._registry)
        except OSError as error:
            message = f"--metrics: cannot listen on {address}:{port}: {error.strerror or error}"
            raise NotPossibleError(message, hint="name another port") from error
        return int(server.server_port)
