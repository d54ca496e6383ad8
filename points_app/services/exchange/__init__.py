"""Points for goods: the catalogue, orders and their handover, stock."""
