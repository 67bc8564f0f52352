// SPDX-License-Identifier: Apache-2.0

/// A vulnerability of a package in an image.
package struct Finding: Sendable, Hashable {
    /// `CVE-2022-48174`, `GHSA-…`.
    package var id: String
    package var package: String
    /// The version that is installed.
    package var installed: String
    /// The versions that mend it, as the database writes them; nil when there is none.
    package var fixed: String?
    package var severity: Severity
    package var title: String?
    /// What holds the package, as Trivy names it: `Python`, `usr/bin/tool`, `alpine 3.18.4`.
    package var target: String?
    /// Trivy's class of the target: `os-pkgs`, `lang-pkgs`.
    package var targetClass: String?
    /// The vendor's word: `fixed`, `affected`, `will_not_fix`, `end_of_life`, …
    package var status: String?
    /// What names the package everywhere: `pkg:apk/alpine/busybox@1.36.1-r0?arch=x86_64&distro=3.18.4`.
    package var purl: String?

    package init(
        id: String, package: String, installed: String, fixed: String? = nil, severity: Severity, title: String? = nil,
        target: String? = nil, targetClass: String? = nil, status: String? = nil, purl: String? = nil
    ) {
        self.id = id
        self.package = package
        self.installed = installed
        self.purl = purl
        self.fixed = fixed
        self.severity = severity
        self.title = title
        self.target = target
        self.targetClass = targetClass
        self.status = status
    }

    /// Whether a newer version mends it.
    package var isFixable: Bool { fixed != nil }
}

/// A credential that lies in an image. What it is stays where it is: neither the match nor the line is ever kept.
package struct SecretFinding: Sendable, Hashable {
    /// Trivy's rule: `aws-access-key-id`.
    package var rule: String
    package var category: String?
    package var severity: Severity
    /// The file in the image.
    package var path: String
    /// The first line, counted from 1; 0 when there is none.
    package var line: Int

    package init(rule: String, category: String? = nil, severity: Severity, path: String, line: Int) {
        self.rule = rule
        self.category = category
        self.severity = severity
        self.path = path
        self.line = line
    }
}

/// A licence, with one of the packages or files that stand under it.
package struct LicenseFinding: Sendable, Hashable {
    /// `MIT`, `GPL-2.0-only`.
    package var name: String
    /// Trivy's class of licences: `notice`, `restricted`, …
    package var category: String?
    package var severity: Severity
    /// The first package (or file) that has it.
    package var package: String
    /// How many have it.
    package var uses: Int

    package init(name: String, category: String? = nil, severity: Severity, package: String, uses: Int = 1) {
        self.name = name
        self.category = category
        self.severity = severity
        self.package = package
        self.uses = uses
    }
}

/// A failed check of the image's configuration.
package struct Misconfiguration: Sendable, Hashable {
    /// `DS-0026`.
    package var id: String
    package var severity: Severity
    package var title: String?
    package var target: String?

    package init(id: String, severity: Severity, title: String? = nil, target: String? = nil) {
        self.id = id
        self.severity = severity
        self.title = title
        self.target = target
    }
}
