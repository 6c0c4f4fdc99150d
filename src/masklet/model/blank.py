"""Networks without storage for their weights."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch.overrides import TorchFunctionMode

from .config import NetworkConfig
from .network import Network


def blank_network(config: NetworkConfig) -> Network:
    """A network without storage for its weights, which are to be assigned; takes no time and no memory."""
    with torch.device("meta"), _NothingDrawn():
        return Network(config)


class _NothingDrawn(TorchFunctionMode):
    """Random initialisation does nothing: on the meta device it would import torch's compiler, for seconds."""

    def __torch_function__(
        self, func: Callable[..., Any], types: object, args: tuple[Any, ...] = (), kwargs: dict[str, Any] | None = None
    ) -> Any:
        kwargs = kwargs or {}
        if func is torch.randn:
            return torch.empty(*args, **kwargs)
        if func.__name__ in ("normal_", "uniform_", "trunc_normal_", "kaiming_normal_", "kaiming_uniform_"):
            return kwargs["tensor"] if "tensor" in kwargs else args[0]
        return func(*args, **kwargs)
