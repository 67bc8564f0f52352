// SPDX-License-Identifier: Apache-2.0
import CustomResources
import Essentials
import OCIModel
import Planning
import VEX

/// What a policy leaves out of what it counts: its suppressions that are in force, and what VEX documents say.
package struct PolicyRules {
    private var suppressions: SuppressionRules
    /// The documents that the policy names.
    package let vex: VEXView

    /// What holds for one image.
    package struct Applying {
        fileprivate var suppressions: Set<Int>
        /// Its names in VEX documents; empty where there is none.
        fileprivate var urls: [PackageURL]
    }

    package init(of policy: ScanPolicy, in world: World, at now: Timestamp) {
        suppressions = SuppressionRules(policy.spec.suppressions ?? [], at: now)
        vex = VEXView(of: policy, in: world)
    }

    /// When they change by themselves.
    package var nextExpiry: Timestamp? { suppressions.nextExpiry }

    /// True when they hold for no image.
    package var isEmpty: Bool { suppressions.isEmpty && vex.documents.isEmpty }

    /// Nil when no rule holds for the image; then its list need not be read.
    ///
    /// - Parameter references: by what names workloads know it, beside the report's own.
    package func applying(to image: ScanReport.Image, _ references: Set<ImageReference>) -> Applying? {
        if isEmpty { return nil }
        let applying = suppressions.applying(to: ImageNames.forms(of: references) + [image.reference])
        if vex.documents.isEmpty { return applying.map { Applying(suppressions: $0, urls: []) } }
        return Applying(suppressions: applying ?? [], urls: PackageURL.images(references, image))
    }

    package mutating func isSuppressed(_ record: FindingRecord, by rules: Applying) -> Bool {
        suppressions.suppressing(id: record.id, package: record.package, among: rules.suppressions) != nil
            || vex.excludes(record, images: rules.urls)
    }

    package mutating func isSuppressed(_ entry: CountedFinding, by rules: Applying) -> Bool {
        suppresses(entry.id, package: entry.package, by: rules)
    }

    /// Whether a suppression holds for something in a package, or in none.
    package mutating func suppresses(_ id: String, package: String?, by rules: Applying) -> Bool {
        suppressions.suppressing(id: id, package: package, among: rules.suppressions) != nil
    }
}
