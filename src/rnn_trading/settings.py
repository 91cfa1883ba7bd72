"""Project settings, read by Kedro."""

from kedro.config import OmegaConfigLoader

from rnn_trading.hooks import ProgressHook, RuntimeParametersHook

PROTOCOLS = ("corrected", "as_published")


def known_protocol(name: str) -> str:
    """Return the protocol's name, or refuse it."""
    if name not in PROTOCOLS:
        raise ValueError(f"Unknown protocol {name!r}. Expected one of: {', '.join(PROTOCOLS)}.")
    return name


HOOKS = (RuntimeParametersHook(), ProgressHook())
CONFIG_LOADER_CLASS = OmegaConfigLoader
CONFIG_LOADER_ARGS = {
    "base_env": "base",
    "default_run_env": "local",
    # An environment overrides single parameters, not whole blocks.
    "merge_strategy": {"parameters": "soft", "globals": "soft"},
    "custom_resolvers": {"known_protocol": known_protocol},
}
