"""Look over many tickets at once and change none: what another rulebook would have done with them."""

from aftersale.insight.flow import whatif
from aftersale.insight.options import WhatIfOptions

__all__ = ["WhatIfOptions", "whatif"]
