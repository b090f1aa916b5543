// WEB-03: what an independent judge says of the pages' policy, as it comes from the server.
import { CspEvaluator } from "csp_evaluator/dist/evaluator.js";
import { Severity } from "csp_evaluator/dist/finding.js";
import { CspParser } from "csp_evaluator/dist/parser.js";
import { expect, test } from "../fixtures";

test("the pages' policy has no weakness that csp_evaluator knows", async ({ desk, request }) => {
  for (const path of ["/sign-in", "/nowhere", "/sign-out"]) {
    const answer = await request.get(`${desk.url}${path}`, { headers: { accept: "text/html" } });
    const policy = answer.headers()["content-security-policy"] ?? "";
    expect(policy, path).toContain("'nonce-");
    const findings = new CspEvaluator(new CspParser(policy).csp).evaluate();
    expect(findings.filter((finding) => finding.severity < Severity.INFO), path).toEqual([]);
    expect(answer.headers()["reporting-endpoints"], path).toBe('csp="/csp-reports"');
  }
});
