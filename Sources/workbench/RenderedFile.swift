// SPDX-License-Identifier: Apache-2.0
import ChannelController
import CustomResources
import Essentials
import ImageWatchController
import KubernetesModel
import Planning
import ScanPolicyController
import YAML

/// A checked-in file that follows from Swift values.
struct RenderedFile {
    /// Relative to the repository.
    var path: String
    var text: String

    /// Every one there is.
    static var all: [RenderedFile] {
        CustomResourceDefinition.all.flatMap(definitions) + CustomResourceDefinition.all.map(page) + [
            rights, configurationPage, metricsPage,
            RenderedFile(path: EvalPage.path, text: EvalPage.text),
        ] + ChartFiles.all
    }

    static let notice = "# Rendered by `make render`; do not edit.\n"

    /// Without and with CEL rules.
    private static func definitions(_ definition: CustomResourceDefinition) -> [RenderedFile] {
        [("crds", false), ("crds/cel", true)].map { folder, withExpressions in
            RenderedFile(
                path: "\(folder)/\(definition.resource.group)_\(definition.resource.plural).yaml",
                text: notice
                    + YAMLText.render(definition.rendered(withExpressions: withExpressions), order: .manifest))
        }
    }

    private static func page(_ definition: CustomResourceDefinition) -> RenderedFile {
        RenderedFile(
            path: "\(ReferencePage.folder)/\(definition.resource.kind).md", text: ReferencePage.render(definition))
    }

    private static var configurationPage: RenderedFile {
        RenderedFile(path: "\(ReferencePage.folder)/Configuration.md", text: ReferencePage.configuration)
    }

    private static var metricsPage: RenderedFile {
        RenderedFile(path: "\(ReferencePage.folder)/Metrics.md", text: MetricsPage.render())
    }

    /// The operator's own rights, from the contracts of its controllers and from what the runtime does itself.
    static var operatorRules: AccessRules {
        var rules = AccessRules([
            ScanPolicyController.contract, ScanSchedule.contract, ImageWatchController.contract,
            ChannelController.contract,
        ])
        rules.add(.events, nil, ["create"], .everywhere)
        rules.addExplanations()
        rules.add(.leases, nil, ["create", "get", "update"], .operatorNamespace)
        return rules
    }

    private static var rights: RenderedFile {
        let namespace = OperatorConfiguration().operatorNamespace
        return RenderedFile(
            path: "manifests/rbac.yaml",
            text: notice
                + YAMLText.render(
                    documents: Rights(rules: operatorRules, namespace: namespace).objects + TenantRoles.objects,
                    order: .manifest))
    }
}
