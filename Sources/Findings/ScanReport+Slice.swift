// SPDX-License-Identifier: Apache-2.0
import CustomResources

extension ScanReport {
    /// As much of it as a slice of the world needs: lists for people go, and what was found too where no rule looks at it.
    package func sliced(keepingFindings: Bool) -> ScanReport {
        guard keepingFindings else { return withoutLists(keepsCompact: false) }
        guard let compact else { return self }
        do throws(CompactFormError) {
            _ = try CompactForm.decode(compact.data)
            return withoutLists(keepsCompact: true)
        } catch {
            return self
        }
    }
}
