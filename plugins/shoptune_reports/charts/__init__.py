"""The data of the plots, and what a plot says in words; the scripts in ``assets/`` draw them."""
