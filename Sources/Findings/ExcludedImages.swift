// SPDX-License-Identifier: Apache-2.0
import CustomResources
import KubernetesModel
import OCIModel

/// The images that a policy leaves out, by the patterns of its `excludeImages`.
package struct ExcludedImages {
    private let patterns: [Glob]

    package init(of spec: ScanPolicySpec) { patterns = (spec.excludeImages ?? []).map(Glob.init) }

    /// - Parameter written: as whoever names the image writes it.
    package func contains(_ reference: ImageReference, written: String) -> Bool {
        patterns.contains { pattern in
            pattern.matches(written) || pattern.matches(reference.description) || pattern.matches(reference.familiar)
                || pattern.matches(reference.name)
        }
    }
}

extension ObjectMetadata {
    /// Its owner wants none of it scanned.
    package var isOptedOut: Bool { annotations["watchbill.dev/scan"] == "false" }
}
