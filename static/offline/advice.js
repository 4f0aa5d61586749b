// The emergency and urgent rules, on the phone: the table (rules.js) is read off the engine, nothing is decided here.
// It knows nothing milder: what fires none of these rules is not judged at all.
self.Advice = (function () {
  "use strict";
  const HOUR = 3600000; // ms

  // The inputs of the table for a check-in about an instant (ms), after one procedure or none (null).
  function inputs(table, answers, at, procedure, atRisk) {
    const treated = procedure !== null && at >= procedure.at;
    const limits = treated ? Object.assign({}, table.limits, procedure.hours) : {};
    return function (name) {
      const [what, which] = name.split(":");
      if (name === "treated") {
        return treated;
      }
      if (name === "at_risk") {
        return atRisk;
      }
      if (name === "kind") {
        return treated ? procedure.kind : null;
      }
      if (what === "from") {
        return treated && at - procedure.at >= limits[which] * HOUR;
      }
      if (what === "past") {
        return treated && at - procedure.at > limits[which] * HOUR;
      }
      if (what === "low") {
        return treated && which in procedure.low ? procedure.low[which] : null;
      }
      return name in answers ? answers[name] : null;
    };
  }

  function holds(condition, input) {
    return Object.keys(condition).every(function (name) {
      const wanted = condition[name];
      const value = input(name);
      return wanted.indexOf(value) >= 0 || (value === null && wanted.indexOf(false) >= 0); // a box left empty
    });
  }

  // Return the rules that fire: their names, levels, and the answers that they read; the worst first.
  function fired(table, answers, at, procedure, atRisk) {
    const input = inputs(table, answers, at, procedure, atRisk);
    return table.rules.filter(function (rule) {
      return rule.when.some(function (condition) { return holds(condition, input); });
    }).map(function (rule) {
      const condition = rule.when.find(function (one) { return holds(one, input); });
      const because = Object.keys(condition).filter(function (name) {
        return name in answers && condition[name].indexOf(null) < 0 && condition[name][0] !== false;
      });
      return { rule: rule.rule, level: rule.level, because: because };
    });
  }

  // The same for a check-in of which several procedures may be meant: whatever fires after one of them counts.
  function worst(table, answers, at, procedures, atRisk) {
    const found = new Map();
    (procedures.length ? procedures : [null]).forEach(function (procedure) {
      fired(table, answers, at, procedure, atRisk).forEach(function (one) { found.set(one.rule, one); });
    });
    const order = table.rules.map(function (rule) { return rule.rule; });
    return Array.from(found.values()).sort(function (one, other) {
      return order.indexOf(one.rule) - order.indexOf(other.rule);
    });
  }

  return { fired: fired, worst: worst };
})();
