"""What the product costs, as ratios against the bare engine under the same load."""
