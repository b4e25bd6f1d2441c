// openapi-generator, java with the library of the JDK itself (native).
import org.openapitools.client.ApiClient;
import org.openapitools.client.ApiException;
import org.openapitools.client.api.AssessmentApi;
import org.openapitools.client.model.*;

public class Call {
    public static void main(String[] arguments) throws Exception {
        ApiClient client = new ApiClient();
        client.updateBaseUri(arguments[0]);
        AssessmentApi api = new AssessmentApi(client);
        PanelRequest good = new PanelRequest()
            .observations(new Observations().ferritin(new FerritinObservation("905 ug/L")))
            .context(new Context().condition(Condition.SJIA));
        PanelRequest bad = new PanelRequest()
            .observations(new Observations().platelets(new PlateletsObservation("116 10*12/L")));
        Category category = api.assess(good, "full").getClassification().getCategory();
        try {
            api.assess(bad, "full");
        } catch (ApiException refusal) {
            if (refusal.getCode() != 422) throw refusal;
            Problem problem = client.getObjectMapper().readValue(refusal.getResponseBody(), Problem.class);
            StringBuilder codes = new StringBuilder();
            for (Fault fault : problem.getErrors()) {
                codes.append(codes.length() == 0 ? "" : ",").append('"').append(fault.getCode().getValue()).append('"');
            }
            System.out.println("{\"category\":\"" + category.getValue() + "\",\"codes\":[" + codes + "]}");
        }
    }
}
