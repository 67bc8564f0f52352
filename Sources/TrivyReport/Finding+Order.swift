// SPDX-License-Identifier: Apache-2.0

/// What has a place in a list that begins with the worst. The order is total over what is shown, so equal reports give
/// equal lists whatever order Trivy wrote them in.
protocol Ranked {
    static func comesFirst(_ left: Self, _ right: Self) -> Bool
}

extension Finding: Ranked {
    /// By severity, then what can be mended, then by id, package and version.
    package static func comesFirst(_ left: Finding, _ right: Finding) -> Bool {
        if left.severity != right.severity { return left.severity > right.severity }
        if left.isFixable != right.isFixable { return left.isFixable }
        return (left.id, left.package, left.installed, left.target ?? "")
            < (right.id, right.package, right.installed, right.target ?? "")
    }
}

extension SecretFinding: Ranked {
    /// By severity, then by path, line and rule.
    package static func comesFirst(_ left: SecretFinding, _ right: SecretFinding) -> Bool {
        if left.severity != right.severity { return left.severity > right.severity }
        return (left.path, left.line, left.rule) < (right.path, right.line, right.rule)
    }
}

extension LicenseFinding: Ranked {
    /// By severity, then by name.
    package static func comesFirst(_ left: LicenseFinding, _ right: LicenseFinding) -> Bool {
        if left.severity != right.severity { return left.severity > right.severity }
        return left.name < right.name
    }
}

extension Misconfiguration: Ranked {
    /// By severity, then by id and target.
    package static func comesFirst(_ left: Misconfiguration, _ right: Misconfiguration) -> Bool {
        if left.severity != right.severity { return left.severity > right.severity }
        return (left.id, left.target ?? "") < (right.id, right.target ?? "")
    }
}
