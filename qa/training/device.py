"""The device of a run: the fastest at hand, in half precision where it has it."""

import time

import torch


def best_device() -> torch.device:
    """CUDA (ROCm too) before Apple's MPS before the CPU."""
    if torch.cuda.is_available():
        return torch.device("cuda")
    if torch.backends.mps.is_available():
        return torch.device("mps")
    return torch.device("cpu")


def computes_bfloat16(device: torch.device) -> bool:
    """True if the device multiplies matrices of bfloat16 itself, not by imitation.

    A CPU that only imitates it is four times as slow as in float32. Other half precision would
    need its gradients scaled; bfloat16 does not.
    """
    if device.type == "cuda":
        return bool(torch.cuda.is_bf16_supported(including_emulation=False))
    if device.type == "cpu":
        able = torch.cpu.get_capabilities()
        return any(able.get(name, False) for name in ("amx_bf16", "avx512_bf16", "bf16"))
    return False


def attention(device: torch.device) -> str:
    """The attention that trains fastest: on CPUs the fused kernel is half as fast."""
    return "eager" if device.type == "cpu" else "sdpa"


def computing_seconds(device: torch.device) -> float:
    """A clock of computing: on a CPU it stands still while others have the cores."""
    return time.thread_time() if device.type == "cpu" else time.monotonic()
