"""Ports: what the engine needs of the world.  Each has one real adapter in `world/` and one fake in the tests.

The same contract suite runs on both.  All of them are imported from here; one module per port says what it promises.
"""

from amp_fsm.ports.clock import Clock
from amp_fsm.ports.events import Events
from amp_fsm.ports.files import Files
from amp_fsm.ports.notifier import Notifier
from amp_fsm.ports.repository import Repository
from amp_fsm.ports.runner import Runner
from amp_fsm.ports.store import Commit, Entry, Store
from amp_fsm.ports.terminal import Effect, Launch, Listen, PaneGuard, Terminal
from amp_fsm.ports.world import World

__all__ = [
    "Clock",
    "Commit",
    "Effect",
    "Entry",
    "Events",
    "Files",
    "Launch",
    "Listen",
    "Notifier",
    "PaneGuard",
    "Repository",
    "Runner",
    "Store",
    "Terminal",
    "World",
]
