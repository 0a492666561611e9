"""arXiv's subject classification: groups, archives and categories, with the names that came and went.

Source: https://arxiv.org/category_taxonomy, and for former archives https://arxiv.org/archive/.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Category:
    """A name that papers are filed under.

    `archive` is the part before the dot; `canonical` the name that today stands for the same subject: itself,
    except for doubles such as cs.SY (eess.SY) and former archives such as cmp-lg (cs.CL).
    """

    name: str
    title: str
    group: str
    archive: str
    canonical: str


def find(name: str) -> Category | None:
    """Return the category, archive or former archive of that exact name, or None."""
    return CATEGORIES.get(name) or ARCHIVES.get(name) or FORMER_ARCHIVES.get(name)


def is_known(name: str) -> bool:
    """Tell whether arXiv files, or ever filed, papers under this name."""
    return find(name) is not None


def canonical(name: str) -> str:
    """Return the name that stands for the same subject today; a name that is not arXiv's stays as it is."""
    category = find(name)
    return category.canonical if category else name


def spelled(name: str) -> str | None:
    """Return arXiv's own spelling of a category's or an archive's name, whatever its capitals, or None."""
    return _SPELLINGS.get(name.lower())


def also_called(name: str) -> tuple[str, ...]:
    """The other names under which papers on a category's or an archive's subject are filed: cs.SY for eess.SY."""
    return _ALSO_CALLED.get(name, ())


_PHYSICS = "Physics"

# archive: (title, group, {subject class: title}); an archive without subject classes is a category itself.
_TREE: dict[str, tuple[str, str, dict[str, str]]] = {
    "cs": (
        "Computer Science",
        "Computer Science",
        {
            "AI": "Artificial Intelligence",
            "AR": "Hardware Architecture",
            "CC": "Computational Complexity",
            "CE": "Computational Engineering, Finance, and Science",
            "CG": "Computational Geometry",
            "CL": "Computation and Language",
            "CR": "Cryptography and Security",
            "CV": "Computer Vision and Pattern Recognition",
            "CY": "Computers and Society",
            "DB": "Databases",
            "DC": "Distributed, Parallel, and Cluster Computing",
            "DL": "Digital Libraries",
            "DM": "Discrete Mathematics",
            "DS": "Data Structures and Algorithms",
            "ET": "Emerging Technologies",
            "FL": "Formal Languages and Automata Theory",
            "GL": "General Literature",
            "GR": "Graphics",
            "GT": "Computer Science and Game Theory",
            "HC": "Human-Computer Interaction",
            "IR": "Information Retrieval",
            "IT": "Information Theory",
            "LG": "Machine Learning",
            "LO": "Logic in Computer Science",
            "MA": "Multiagent Systems",
            "MM": "Multimedia",
            "MS": "Mathematical Software",
            "NA": "Numerical Analysis",
            "NE": "Neural and Evolutionary Computing",
            "NI": "Networking and Internet Architecture",
            "OH": "Other Computer Science",
            "OS": "Operating Systems",
            "PF": "Performance",
            "PL": "Programming Languages",
            "RO": "Robotics",
            "SC": "Symbolic Computation",
            "SD": "Sound",
            "SE": "Software Engineering",
            "SI": "Social and Information Networks",
            "SY": "Systems and Control",
        },
    ),
    "econ": (
        "Economics",
        "Economics",
        {"EM": "Econometrics", "GN": "General Economics", "TH": "Theoretical Economics"},
    ),
    "eess": (
        "Electrical Engineering and Systems Science",
        "Electrical Engineering and Systems Science",
        {
            "AS": "Audio and Speech Processing",
            "IV": "Image and Video Processing",
            "SP": "Signal Processing",
            "SY": "Systems and Control",
        },
    ),
    "math": (
        "Mathematics",
        "Mathematics",
        {
            "AC": "Commutative Algebra",
            "AG": "Algebraic Geometry",
            "AP": "Analysis of PDEs",
            "AT": "Algebraic Topology",
            "CA": "Classical Analysis and ODEs",
            "CO": "Combinatorics",
            "CT": "Category Theory",
            "CV": "Complex Variables",
            "DG": "Differential Geometry",
            "DS": "Dynamical Systems",
            "FA": "Functional Analysis",
            "GM": "General Mathematics",
            "GN": "General Topology",
            "GR": "Group Theory",
            "GT": "Geometric Topology",
            "HO": "History and Overview",
            "IT": "Information Theory",
            "KT": "K-Theory and Homology",
            "LO": "Logic",
            "MG": "Metric Geometry",
            "MP": "Mathematical Physics",
            "NA": "Numerical Analysis",
            "NT": "Number Theory",
            "OA": "Operator Algebras",
            "OC": "Optimization and Control",
            "PR": "Probability",
            "QA": "Quantum Algebra",
            "RA": "Rings and Algebras",
            "RT": "Representation Theory",
            "SG": "Symplectic Geometry",
            "SP": "Spectral Theory",
            "ST": "Statistics Theory",
        },
    ),
    "astro-ph": (
        "Astrophysics",
        _PHYSICS,
        {
            "CO": "Cosmology and Nongalactic Astrophysics",
            "EP": "Earth and Planetary Astrophysics",
            "GA": "Astrophysics of Galaxies",
            "HE": "High Energy Astrophysical Phenomena",
            "IM": "Instrumentation and Methods for Astrophysics",
            "SR": "Solar and Stellar Astrophysics",
        },
    ),
    "cond-mat": (
        "Condensed Matter",
        _PHYSICS,
        {
            "dis-nn": "Disordered Systems and Neural Networks",
            "mes-hall": "Mesoscale and Nanoscale Physics",
            "mtrl-sci": "Materials Science",
            "other": "Other Condensed Matter",
            "quant-gas": "Quantum Gases",
            "soft": "Soft Condensed Matter",
            "stat-mech": "Statistical Mechanics",
            "str-el": "Strongly Correlated Electrons",
            "supr-con": "Superconductivity",
        },
    ),
    "gr-qc": ("General Relativity and Quantum Cosmology", _PHYSICS, {}),
    "hep-ex": ("High Energy Physics - Experiment", _PHYSICS, {}),
    "hep-lat": ("High Energy Physics - Lattice", _PHYSICS, {}),
    "hep-ph": ("High Energy Physics - Phenomenology", _PHYSICS, {}),
    "hep-th": ("High Energy Physics - Theory", _PHYSICS, {}),
    "math-ph": ("Mathematical Physics", _PHYSICS, {}),
    "nlin": (
        "Nonlinear Sciences",
        _PHYSICS,
        {
            "AO": "Adaptation and Self-Organizing Systems",
            "CD": "Chaotic Dynamics",
            "CG": "Cellular Automata and Lattice Gases",
            "PS": "Pattern Formation and Solitons",
            "SI": "Exactly Solvable and Integrable Systems",
        },
    ),
    "nucl-ex": ("Nuclear Experiment", _PHYSICS, {}),
    "nucl-th": ("Nuclear Theory", _PHYSICS, {}),
    "physics": (
        "Physics",
        _PHYSICS,
        {
            "acc-ph": "Accelerator Physics",
            "ao-ph": "Atmospheric and Oceanic Physics",
            "app-ph": "Applied Physics",
            "atm-clus": "Atomic and Molecular Clusters",
            "atom-ph": "Atomic Physics",
            "bio-ph": "Biological Physics",
            "chem-ph": "Chemical Physics",
            "class-ph": "Classical Physics",
            "comp-ph": "Computational Physics",
            "data-an": "Data Analysis, Statistics and Probability",
            "ed-ph": "Physics Education",
            "flu-dyn": "Fluid Dynamics",
            "gen-ph": "General Physics",
            "geo-ph": "Geophysics",
            "hist-ph": "History and Philosophy of Physics",
            "ins-det": "Instrumentation and Detectors",
            "med-ph": "Medical Physics",
            "optics": "Optics",
            "plasm-ph": "Plasma Physics",
            "pop-ph": "Popular Physics",
            "soc-ph": "Physics and Society",
            "space-ph": "Space Physics",
        },
    ),
    "quant-ph": ("Quantum Physics", _PHYSICS, {}),
    "q-bio": (
        "Quantitative Biology",
        "Quantitative Biology",
        {
            "BM": "Biomolecules",
            "CB": "Cell Behavior",
            "GN": "Genomics",
            "MN": "Molecular Networks",
            "NC": "Neurons and Cognition",
            "OT": "Other Quantitative Biology",
            "PE": "Populations and Evolution",
            "QM": "Quantitative Methods",
            "SC": "Subcellular Processes",
            "TO": "Tissues and Organs",
        },
    ),
    "q-fin": (
        "Quantitative Finance",
        "Quantitative Finance",
        {
            "CP": "Computational Finance",
            "EC": "Economics",
            "GN": "General Finance",
            "MF": "Mathematical Finance",
            "PM": "Portfolio Management",
            "PR": "Pricing of Securities",
            "RM": "Risk Management",
            "ST": "Statistical Finance",
            "TR": "Trading and Market Microstructure",
        },
    ),
    "stat": (
        "Statistics",
        "Statistics",
        {
            "AP": "Applications",
            "CO": "Computation",
            "ME": "Methodology",
            "ML": "Machine Learning",
            "OT": "Other Statistics",
            "TH": "Statistics Theory",
        },
    ),
}

# Two names for one subject: arXiv files a paper under both when it is filed under one.
_SAME_AS = {
    "cs.NA": "math.NA",
    "cs.SY": "eess.SY",
    "math.IT": "cs.IT",
    "math.MP": "math-ph",
    "q-fin.EC": "econ.GN",
    "stat.TH": "math.ST",
}

# Archives closed between 1996 and 1999: (title, group, where their subject went).
_CLOSED = {
    "acc-phys": ("Accelerator Physics", _PHYSICS, "physics.acc-ph"),
    "adap-org": ("Adaptation, Noise, and Self-Organizing Systems", _PHYSICS, "nlin.AO"),
    "alg-geom": ("Algebraic Geometry", "Mathematics", "math.AG"),
    "ao-sci": ("Atmospheric-Oceanic Sciences", _PHYSICS, "physics.ao-ph"),
    "atom-ph": ("Atomic, Molecular and Optical Physics", _PHYSICS, "physics.atom-ph"),
    "bayes-an": ("Bayesian Analysis", _PHYSICS, "physics.data-an"),
    "chao-dyn": ("Chaotic Dynamics", _PHYSICS, "nlin.CD"),
    "chem-ph": ("Chemical Physics", _PHYSICS, "physics.chem-ph"),
    "cmp-lg": ("Computation and Language", "Computer Science", "cs.CL"),
    "comp-gas": ("Cellular Automata and Lattice Gases", _PHYSICS, "nlin.CG"),
    "dg-ga": ("Differential Geometry", "Mathematics", "math.DG"),
    "funct-an": ("Functional Analysis", "Mathematics", "math.FA"),
    "mtrl-th": ("Materials Theory", _PHYSICS, "cond-mat.mtrl-sci"),
    "patt-sol": ("Pattern Formation and Solitons", _PHYSICS, "nlin.PS"),
    "plasm-ph": ("Plasma Physics", _PHYSICS, "physics.plasm-ph"),
    "q-alg": ("Quantum Algebra and Topology", "Mathematics", "math.QA"),
    "solv-int": ("Exactly Solvable and Integrable Systems", _PHYSICS, "nlin.SI"),
    "supr-con": ("Superconductivity", _PHYSICS, "cond-mat.supr-con"),
}

ARCHIVES = {name: Category(name, title, group, name, name) for name, (title, group, _) in _TREE.items()}

CATEGORIES = {name: ARCHIVES[name] for name, (_, _, classes) in _TREE.items() if not classes} | {
    name: Category(name, title, group, archive, _SAME_AS.get(name, name))
    for archive, (_, group, classes) in _TREE.items()
    for name, title in ((f"{archive}.{short}", title) for short, title in classes.items())
}

FORMER_ARCHIVES = {
    name: Category(name, title, group, name, successor) for name, (title, group, successor) in _CLOSED.items()
}

_SPELLINGS = {name.lower(): name for name in (*FORMER_ARCHIVES, *ARCHIVES, *CATEGORIES)}


def _also_called() -> dict[str, tuple[str, ...]]:
    found: dict[str, list[str]] = {}
    for category in (*CATEGORIES.values(), *FORMER_ARCHIVES.values()):
        if category.canonical != category.name:
            found.setdefault(category.canonical, []).append(category.name)
    for former in FORMER_ARCHIVES.values():
        archive = former.canonical.partition(".")[0]
        if archive != former.canonical:
            found.setdefault(archive, []).append(former.name)
    return {name: tuple(others) for name, others in found.items()}


_ALSO_CALLED = _also_called()
