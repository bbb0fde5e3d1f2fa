"""Templates as lint tries them: rendered with `samples`, every name that is missing noted instead of raised.

The environment is that of `plan.templates`, which this package may not import; a test holds them equal.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from jinja2 import Template, TemplateError, TemplateSyntaxError, Undefined, nodes
from jinja2.sandbox import ImmutableSandboxedEnvironment
from jinja2.utils import missing as nowhere


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """What came of rendering a template.

    Attributes:
        text: as far as it could be rendered.
        missing: dotted names that do not exist, each once.
        error: why it cannot be compiled or rendered at all; empty: it can.
        line: of the template where the error is; 0 when that is not known.
    """

    text: str = ""
    missing: tuple[str, ...] = ()
    error: str = ""
    line: int = 0


class Templates:
    """A strict, sandboxed environment that remembers what templates asked for in vain."""

    def __init__(self) -> None:
        """Make the environment."""
        self._asked: list[tuple[object, str]] = []
        self._compiled: dict[str, Template] = {}
        self._environment = ImmutableSandboxedEnvironment(
            undefined=_noting(self._asked),
            trim_blocks=True,
            lstrip_blocks=True,
            keep_trailing_newline=False,
            autoescape=False,
        )
        self._environment.filters["clock"] = lambda wall: "09:30"
        self._environment.filters["date"] = lambda wall: "2026-01-31"

    @property
    def filters(self) -> frozenset[str]:
        """The names of all filters."""
        return frozenset(self._environment.filters)

    def syntax_error(self, template: str) -> Tried:
        """Return what keeps a template from being compiled."""
        try:
            self._template(template)
        except TemplateSyntaxError as error:
            return Tried(error=str(error.message), line=error.lineno)
        return Tried()

    def try_(self, template: str, values: Mapping[str, object]) -> Tried:
        """Return what a template gives with these values."""
        if "{" not in template:
            return Tried(text=template)
        self._asked.clear()
        try:
            text = self._template(template).render(values)
        except TemplateSyntaxError as error:
            return Tried(error=str(error.message), line=error.lineno)
        except (TemplateError, TypeError, ValueError, ArithmeticError, LookupError) as error:
            # A value that is not there makes odd errors; the missing name says it better.
            names = self._missing(values)
            return Tried(missing=names, error="" if names else str(error) or type(error).__name__)
        return Tried(text=text, missing=self._missing(values))

    def _template(self, text: str) -> Template:
        found = self._compiled.get(text)
        if found is None:
            found = self._compiled[text] = self._environment.from_string(text)
        return found

    def _missing(self, values: Mapping[str, object]) -> tuple[str, ...]:
        names = {id(value): name for name, value in _containers(values, "")}
        found = (
            name if owner is nowhere else f"{names.get(id(owner), type(owner).__name__)}.{name}"
            for owner, name in self._asked
        )
        return tuple(dict.fromkeys(found))

    def constant_names(self, template: str) -> tuple[str, ...]:
        """Return the dotted names that a template reads, in whatever branch; none when it does not compile."""
        try:
            tree = self._environment.parse(template)
        except TemplateSyntaxError:
            return ()
        own = {node.name for node in tree.find_all(nodes.Name) if node.ctx != "load"}
        chains = (_chain(node) for node in tree.find_all((nodes.Getattr, nodes.Name)))
        return tuple(dict.fromkeys(name for name in chains if name and name.partition(".")[0] not in own))


def _chain(node: nodes.Node) -> str:
    if isinstance(node, nodes.Name):
        return node.name
    if isinstance(node, nodes.Getattr):
        owner = _chain(node.node)
        return f"{owner}.{node.attr}" if owner else ""
    return ""


def _noting(asked: list[tuple[object, str]]) -> type[Undefined]:
    """Return an undefined value that notes in `asked` when it is used, and goes on as nothing."""

    def noting(answer: Callable[[Undefined], object]) -> Callable[..., object]:
        def method(self: Undefined, *_: object, **__: object) -> object:
            asked.append((self._undefined_obj, str(self._undefined_name)))
            return answer(self)

        return method

    def getattr_(self: Undefined, name: str) -> object:
        if name.startswith("__"):
            raise AttributeError(name)
        asked.append((self._undefined_obj, str(self._undefined_name)))
        return self

    answers: dict[str, Callable[[Undefined], object]] = {
        "__str__": lambda _: "",
        "__iter__": lambda _: iter(()),
        "__len__": lambda _: 0,
        "__bool__": lambda _: False,
        "__int__": lambda _: 0,
        "__float__": lambda _: 0.0,
        "__contains__": lambda _: False,
        "__eq__": lambda _: False,
        "__ne__": lambda _: True,
        "__hash__": lambda _: 0,
    }
    answers |= {f"__{word}__": lambda own: own for word in _OPERATORS}
    namespace: dict[str, object] = {name: noting(answer) for name, answer in answers.items()}
    return type("Noted", (Undefined,), {**namespace, "__slots__": (), "__getattr__": getattr_})


_OPERATORS = [
    "add",
    "radd",
    "sub",
    "rsub",
    "mul",
    "rmul",
    "truediv",
    "rtruediv",
    "floordiv",
    "rfloordiv",
    "mod",
    "rmod",
    "pow",
    "rpow",
    "pos",
    "neg",
    "lt",
    "le",
    "gt",
    "ge",
    "call",
    "getitem",
]


def _containers(value: object, name: str) -> Iterator[tuple[str, object]]:
    if isinstance(value, Mapping):
        if name:
            yield name, value
        for key, child in value.items():
            yield from _containers(child, f"{name}.{key}" if name else str(key))
    elif isinstance(value, list | tuple):
        for child in value:
            yield from _containers(child, f"{name}[]")
