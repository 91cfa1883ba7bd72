"""Colours as readers with a colour vision deficiency see them, and how far apart they are."""

import numpy as np
from matplotlib.colors import to_rgb

# Of linear RGB, at full severity: Machado, Oliveira and Fernandes, "A physiologically-based model for simulation of
# color vision deficiency", published in 2009.
DEFICIENCIES = {
    "none": np.eye(3),
    "protanopia": np.array(
        [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]]
    ),
    "deuteranopia": np.array(
        [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]]
    ),
}
# Linear sRGB to CIE XYZ, white D65.
XYZ = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])


def linear(colour):
    """Linear RGB of a colour, (3,)."""
    rgb = np.array(to_rgb(colour))
    return np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)


def lab(colour, deficiency="none"):
    """CIELAB of a colour as it is seen, (3,)."""
    xyz = XYZ @ np.clip(DEFICIENCIES[deficiency] @ linear(colour), 0, 1) / XYZ.sum(axis=1)
    x, y, z = np.where(xyz > (6 / 29) ** 3, np.cbrt(xyz), xyz / (3 * (6 / 29) ** 2) + 4 / 29)
    return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])


def distance(one, other, deficiency="none"):
    """How far apart two colours are seen: the CIE 1976 difference, 2.3 of which can just be told."""
    return float(np.linalg.norm(lab(one, deficiency) - lab(other, deficiency)))


def closest(colours, deficiency):
    """The two colours that are seen closest together, and how far apart they are."""
    pairs = [(distance(a, b, deficiency), a, b) for n, a in enumerate(colours) for b in colours[n + 1 :]]
    return min(pairs)


def contrast(one, other):
    """Contrast of two colours as WCAG 2 defines it."""
    dark, light = sorted(float(XYZ[1] @ linear(colour)) for colour in (one, other))
    return (light + 0.05) / (dark + 0.05)
