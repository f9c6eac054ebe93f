"""Makes distributions.golden.json from scipy. Needed only to make it again.

pip install scipy==1.17.1 numpy==2.4.6
python src/math/golden.py > src/math/distributions.golden.json
"""

import json
import sys

import scipy
from scipy import stats

DEGREES = [1, 2, 3, 9, 19, 20, 99, 1000, 100000]
CHANCES = [1e-10, 1e-4, 0.01, 0.3, 0.5, 0.7, 0.95, 0.99, 0.999, 1 - 1e-9]

cases = {
    "chiSquareQuantile": [{"p": p, "degreesOfFreedom": df, "value": stats.chi2.ppf(p, df)} for df in DEGREES for p in CHANCES],
    "chiSquareUpperTail": [
        {"x": df * ratio, "degreesOfFreedom": df, "value": stats.chi2.sf(df * ratio, df)}
        for df in DEGREES
        for ratio in [0.1, 0.5, 0.99, 1, 1.01, 1.5, 3]
        if stats.chi2.sf(df * ratio, df) > 1e-250
    ],
    "normalQuantile": [{"p": p, "value": stats.norm.ppf(p)} for p in [1e-12, *CHANCES, 0.975, 0.02425]],
    "kolmogorovQuantile": [{"significance": s, "value": stats.kstwobign.isf(s)} for s in [1e-10, 0.001, 0.01, 0.05, 0.2, 0.5, 0.9, 0.999]],
}
json.dump({"source": f"scipy {scipy.__version__}", "command": "python src/math/golden.py", "cases": cases}, sys.stdout, indent=1)
