// The two published patients of AB0700: as far as the abstract tells, and with its typing errors as printed.

import { msg } from "./language.js";

const PATIENT_1 = {
  patient: { age_years: 10, age_at_onset_years: 8 },
  context: { condition: "sjia", medications: [{ name: "prednisolone" }, { name: "methotrexate" }, { name: "ciclosporin" }] },
  observations: {
    ferritin: "905 ug/L",
    platelets: "116 10*9/L",
    wbc: "5.4 10*9/L",
    hemoglobin: "90 g/L",
    ldh: "723 U/L",
    esr: "2 mm/h",
    alt: { interpretation: "H" },
    triglycerides: { interpretation: "H" },
    fibrinogen: { interpretation: "L" },
  },
  findings: { fever: true, hepatomegaly: true, splenomegaly: true, cns_dysfunction: false, hemorrhage: false, immunosuppression: true },
};
const PATIENT_2 = {
  patient: { age_years: 3, age_at_onset_years: 2 },
  context: { condition: "sjia", medications: [{ name: "anakinra" }] },
  observations: {
    ferritin: ">10000 ug/L",
    platelets: "115 10*9/L",
    hemoglobin: "89 g/L",
    ldh: "1702 U/L",
    esr: "10 mm/h",
    triglycerides: { interpretation: "H" },
    spleen_below_costal_margin: "10 cm",
  },
  findings: { fever: true, hepatomegaly: true, splenomegaly: true, cns_dysfunction: true, hemorrhage: false, active_arthritis: true },
};
const printed = (patient, typos) => ({ ...patient, observations: { ...patient.observations, ...typos } });

export const PATIENTS = {
  patient_1: { name: msg("Patient 1"), document: PATIENT_1 },
  patient_1_as_printed: {
    name: msg("Patient 1, with typos as printed"),
    short: msg("with typos"),
    document: printed(PATIENT_1, { platelets: "116×10^12/L", wbc: "5.4x109", crp: "120 g/L" }),
  },
  patient_2: { name: msg("Patient 2"), document: PATIENT_2 },
  patient_2_as_printed: { name: msg("Patient 2, with typos as printed"), short: msg("with typos"), document: printed(PATIENT_2, { platelets: "115×10^12/L" }) },
};
