"""amp-fsm keeps a team of terminal coding agents at work in tmux, as one YAML file asks."""

__version__ = "0.1.0"
