"""numpy and the types of its columns, for everything that computes with many numbers.

It is imported when it is first used: that takes more than a tenth of the start, and first answers do not need it.
"""

import threading
from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Column = NDArray[np.generic]
    Ints = NDArray[np.int64]
    Floats = NDArray[np.float64]
    Flags = NDArray[np.bool_]
    SmallInts = NDArray[np.int8]
    Values = NDArray[Any]
else:
    Column = Ints = Floats = Flags = SmallInts = Values = Any

    class _Deferred:
        def __getattr__(self, name: str) -> Any:
            found = getattr(import_module("numpy"), name)
            setattr(self, name, found)  # from now on without this method
            return found

    np = _Deferred()


def import_soon() -> None:
    """Import it in a thread, so that the first who needs it hardly waits."""
    threading.Thread(target=import_module, args=("numpy",), name="numpy", daemon=True).start()
