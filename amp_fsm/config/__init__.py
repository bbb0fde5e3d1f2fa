"""Configuration: YAML text -> positions -> merge -> schema problems -> lint problems -> `Project`.  Pure."""
