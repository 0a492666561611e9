"""English words that no keyword holds: those of grammar, and those in which papers speak of themselves."""

GRAMMAR = """
    a about above across after again against al all almost along already also although always am among an and
    another any are around as at away back be became because become becomes been before behind being below beside
    besides between beyond both but by can cannot cf could did do does doing done down due during each eg either
    else enough especially et etc even ever every far few fewer first for fourth from further furthermore had has
    have having he hence her here herein his how however i ie if in indeed inside instead into is it its itself just
    last later least less let like likely made make makes making many may me meanwhile might more moreover most much
    must my namely near nearly neither never nevertheless next no non none nor not nothing now of off often on once
    one ones only onto or other others otherwise our ours ourselves out outside over own per perhaps quite rather
    really resp same second secondly seem seems several shall she should since so some somewhat soon still such than
    that the their them themselves then there thereby therefore these they third this those though three through
    throughout thus to together too toward towards two under unless unlike until up upon us versus very via vs was
    we well were what when where whereas whereby wherein whether which while who whole whom whose why will with
    within without would yet you your
"""
PAPERS = """
    able achieve achieved achieves achieving address addressed addresses addressing advance advancement advancements
    advances aim aims allow allowed allowing allows applied applies apply applying argue article aspect aspects
    author authors available based believe benefit benefits best better bridge bridging bring brings broad call
    called capture captured captures capturing case cases challenge challenges challenging code combine combined
    combines combining common commonly compare compared comparing comprehensive conduct conducted confirm confirms
    consider considered considering consist consists contain contains contribute contributes contribution
    contributions critical crucial crucially current currently demonstrate demonstrated demonstrates demonstrating
    derive derived describe described describes design designed designing designs despite develop developed
    developing develops difference differences different difficult discuss easily easy effect effective effectively
    effectiveness efficient efficiently effort efforts emerge emerged emerging enable enabled enables enabling
    enhance enhanced enhances enhancing ensure ensures ensuring essential establish established establishes
    establishing evaluate evaluated evaluates evaluating example examples exceed exceeds exhibit exhibits existing
    experiment experimental experiments explore explored explores exploring extend extended extends extensive
    extensively facilitate fact finally find finding findings finds focus focused focuses focusing follow following
    follows found fully fundamental gain gains general generally github give given gives giving go goal goals good
    great greater greatly grow growing help helping helps high higher highest highlight highlighting highlights
    highly hold holds hope idea identified identifies identify identifying impact implement implemented importance
    important importantly improve improved improvement improvements improves improving include included includes
    including incorporate incorporates incorporating increase increased increases increasing increasingly insight
    insights integrate integrated integrates integrating introduce introduced introduces introducing investigate
    investigated investigates investigating involve involves involving issue issues keep keeping key kind known lack
    lacks large-scale largely larger lead leading leads leave leaves leverage leveraged leverages leveraging limit
    limitation limitations limited limits long lot low lower main mainly maintain maintaining maintains major mean
    means mitigate mitigates mitigating motivated multiple naturally necessary need needed needs new notable notably
    novel number numerous observe observed obtain obtained obtains offer offering offers open open-source
    open-sourced outperform outperformed outperforming outperforms overall overcome page paper papers part
    particular particularly perform performed performing performs play plays possible potential potentially powerful
    practical precisely present presented presenting presents prevent previous previously primarily primary prior
    problem problems produce produced produces producing progress project prominent promising proper properly
    propose proposed proposes proposing prove proven proves provide provided provides providing publicly range rapid
    rapidly reach reaches real recent recently reduce reduced reduces reducing release released releases relevant
    relies rely relying remain remaining remains remarkable remarkably report reported require required requirement
    requirements requires requiring respect respectively result resulting results reveal revealing reveals role
    serve serves set sets shed show showed showing shown shows significant significantly similar simple simply
    single small solve solved solves solving source specific specifically state-of-the-art step steps strong studied
    studies study studying substantial substantially success successful successfully suffer suffering suffers
    suggest suggesting suggests suitable superior support supported supporting supports surpass surpasses surpassing
    surprisingly systematic systematically tackle tackles tackling take taken takes task-specific tend tends term
    terms today traditional try type types typical typically underlying understand unified unique use used useful
    user-friendly uses using usual usually utilize utilized utilizes utilizing validate validated validates valuable
    variety various vast way ways website wide widely work works worse worst years yield yielding yields
"""
STOPWORDS = frozenset(f"{GRAMMAR} {PAPERS}".split())
