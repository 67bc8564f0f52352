// SPDX-License-Identifier: Apache-2.0
import CustomResources
import Essentials
import Findings
import JSONScan
import KubernetesModel
import OCIModel

extension Filter {
    /// What a policy leaves out of what it counts.
    static let suppression = Filter(
        "suppression", "Which of a policy's suppressions leaves a finding out at a moment.",
        input: [
            Member("suppressions", "objects", "`spec.suppressions` of a ScanPolicy.", isRequired: true),
            Member("id", "string", "The finding's id, as a report has it.", isRequired: true),
            Member(
                "package", "string",
                "The package that it is in; absent for a secret, a check, and a licence that not exactly one package has."
            ),
            Member("image", "string", "The image that it was found in, as a workload names it.", isRequired: true),
            Member("now", "instant", "When that is asked.", isRequired: true),
        ],
        output: [
            Member("suppressedBy", "integer or null", "The place in the list of the first one that holds, from 0."),
            Member(
                "nextExpiry", "instant or null",
                "When the first of all those in force ends, whether it fits the finding or not."),
        ],
        examples: [
            [
                "suppressions": [
                    ["id": "CVE-2024-0001", "package": "openssl", "reason": "not reachable"],
                    [
                        "id": "CVE-2024-*", "image": "*/flask*", "reason": "until the base is replaced",
                        "expiresTime": "2027-01-01T00:00:00Z",
                    ],
                ],
                "id": "CVE-2024-0001", "package": "libssl3", "image": "localhost:32000/flask-k8s-app:1.0.0",
                "now": "2026-12-31T23:59:59Z",
            ],
            [
                "suppressions": [
                    ["id": "CVE-2024-*", "reason": "until the base is replaced", "expiresTime": "2027-01-01T00:00:00Z"]
                ],
                "id": "CVE-2024-0001", "image": "nginx:1.27", "now": "2027-01-01T00:00:00Z",
            ],
            [
                "suppressions": [["id": "CVE-2024-0001"]], "id": "CVE-2024-0001", "image": "nginx",
                "now": "2027-01-01T00:00:00Z",
            ],
        ],
        notes: """
            `*` stands for any text, `/` included, and `?` for one character; case counts. A suppression that names a package holds \
            for no finding without one. One that names an image holds where any of the image's names fits: as written, \
            without digest, without both, and for Docker Hub each way to write it. It ends at `expiresTime`, not after it. What VEX \
            documents say is not part of this.
            """
    ) { (input) throws(FilterError) in
        let image = try reference(input.string("image"))
        let spec = try policySpec(["suppressions": .array(input.objects("suppressions"))])
        var rules = SuppressionRules(spec.suppressions ?? [], at: try input.instant("now"))
        let id = try input.string("id")
        let package = input.has("package") ? try input.string("package") : nil
        let names = ImageNames.forms(of: [image])
        let place = rules.applying(to: names).flatMap { rules.suppressing(id: id, package: package, among: $0) }
        return [
            "suppressedBy": place.map { .integer(Int64($0)) } ?? .null,
            "nextExpiry": rules.nextExpiry.map { .string($0.rfc3339) } ?? .null,
        ]
    }

    /// Read as the operator reads a policy: by the schema of its kind.
    private static func policySpec(_ spec: JSONValue) throws(FilterError) -> ScanPolicySpec {
        let policy: JSONValue = ["metadata": ["name": "policy", "namespace": "default"], "spec": spec]
        do throws(JSONError) {
            var scanner = JSONScanner(policy.canonicalBytes)
            return try ScanPolicy(from: &scanner).spec
        } catch {
            throw FilterError("\(error.path): \(error.reason)")
        }
    }
}
